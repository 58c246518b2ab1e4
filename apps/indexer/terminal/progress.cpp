#include "terminal/progress.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "terminal/format.hpp"

namespace indexer::terminal {
namespace {

constexpr std::size_t usual_width = 80;
constexpr std::size_t longest_bar = 30;
constexpr std::size_t shortest_bar = 5;
constexpr const char* erase_line = "\r\x1b[K";

std::size_t width_of(std::FILE* terminal) {
  winsize size{};
  const bool known = ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : usual_width;
}

std::string left_text(const Standing& standing, const Pace& pace) {
  if (!standing.total_known) return "still counting";
  const auto left = pace.left(standing.total);
  return left ? as_clock(*left) + " left" : "-:-- left";
}

std::string rates(const Pace& pace, const char* between) {
  return fmt::format("{:.0f} files/s{}{:.1f} MB/s", pace.files_per_second(), between,
                     pace.bytes_per_second() / 1e6);
}

std::string problems_text(std::uint64_t problems, const char* before) {
  return problems == 0 ? ""
                       : fmt::format("{}{} problem{}", before, problems, problems == 1 ? "" : "s");
}

std::string bar(double share, std::size_t length) {
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(length));
  return '[' + std::string(filled, '#') + std::string(length - filled, '-') + "] ";
}

}  // namespace

std::string progress_bar(const Standing& standing, const Pace& pace, std::size_t width) {
  const double share = standing.total_known ? Pace::share(standing.done, standing.total) : 0;
  const std::string text = fmt::format(
      "{:3.0f}%  {}/{} files  {}  {}{}", share * 100, standing.done.files, standing.total.files,
      rates(pace, "  "), left_text(standing, pace), problems_text(standing.problems, "  "));
  constexpr std::size_t frame = 3;
  if (text.size() + frame + shortest_bar > width) return text.substr(0, width);
  return bar(share, std::min(longest_bar, width - text.size() - frame)) + text;
}

std::string progress_line(const Standing& standing, const Pace& pace) {
  return fmt::format("{} of {} files, {}, {}{}", standing.done.files, standing.total.files,
                     rates(pace, ", "), left_text(standing, pace),
                     problems_text(standing.problems, ", "));
}

Progress::Progress(std::FILE* out)
    : out_(out),
      is_terminal_(::isatty(::fileno(out)) == 1),
      pace_(Clock::now()),
      last_line_(Clock::now()) {}

void Progress::show(const Standing& standing) {
  const auto now = Clock::now();
  pace_.record(now, standing.done);
  is_terminal_ ? draw(standing) : log(standing, now);
}

// The last column stays free: some terminals go to the next line when it is written.
void Progress::draw(const Standing& standing) {
  fmt::print(out_, "{}{}", erase_line, progress_bar(standing, pace_, width_of(out_) - 1));
  std::fflush(out_);
}

void Progress::log(const Standing& standing, Clock::time_point now) {
  if (now - last_line_ < line_interval) return;
  last_line_ = now;
  fmt::print(out_, "{}\n", progress_line(standing, pace_));
  std::fflush(out_);
}

void Progress::clear() {
  if (is_terminal_) fmt::print(out_, "{}", erase_line);
  std::fflush(out_);
}

}  // namespace indexer::terminal
