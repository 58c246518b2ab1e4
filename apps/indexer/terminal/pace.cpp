#include "terminal/pace.hpp"

#include <algorithm>

namespace indexer::terminal {
namespace {

constexpr double least_share = 0.01;  // below it the rest is a guess
constexpr std::chrono::milliseconds least_elapsed{500};

double part_of(std::uint64_t done, std::uint64_t total) {
  return total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
}

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void Pace::record(Time now, Position done) {
  samples_.push_back({now, done});
  while (samples_.size() > 2 && now - samples_[1].time >= window) samples_.pop_front();
}

double Pace::per_second(double amount) const {
  const double time = seconds(samples_.back().time - samples_.front().time);
  return time > 0 ? amount / time : 0;
}

double Pace::files_per_second() const {
  return per_second(static_cast<double>(samples_.back().done.files - samples_.front().done.files));
}

double Pace::bytes_per_second() const {
  return per_second(static_cast<double>(samples_.back().done.bytes - samples_.front().done.bytes));
}

double Pace::share(Position done, Position total) {
  return (part_of(done.files, total.files) + part_of(done.bytes, total.bytes)) / 2;
}

std::optional<std::chrono::seconds> Pace::left(Position total) const {
  const double done = share(samples_.back().done, total);
  const auto elapsed = samples_.back().time - start_;
  if (done < least_share || elapsed < least_elapsed) return std::nullopt;
  return std::chrono::round<std::chrono::seconds>(
      std::chrono::duration<double>(seconds(elapsed) * (1 - done) / done));
}

}  // namespace indexer::terminal
