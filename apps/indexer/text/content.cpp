#include "text/content.hpp"

#include <algorithm>
#include <utility>

namespace indexer::text {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20U;

std::string size_text(std::uint64_t bytes) {
  return bytes % mebibyte == 0 ? std::to_string(bytes / mebibyte) + " MiB"
                               : std::to_string(bytes) + " bytes";
}

record::Problem read_as_latin1(std::size_t words) {
  const char* const what = words == 1 ? " word" : " words";
  return {record::ProblemKind::non_utf8, std::to_string(words) + what + " read as Latin-1"};
}

}  // namespace

void Content::begin(std::stop_token stop) {
  stop_ = std::move(stop);
  gunzip_.reset();
  words_.clear();
  begun_ = gzip_ = binary_ = cut_ = false;
  taken_ = 0;
}

void Content::add(std::string_view block, record::Stopwatch& watch) {
  if (!begun_) gzip_ = looks_like_gzip(block);
  begun_ = true;
  if (done()) return;
  if (!gzip_) {
    add_unpacked(block);
    return watch.lap(record::Phase::words);
  }
  gunzip_.add(block, [&](std::string_view text) {
    watch.lap(record::Phase::unpack);
    add_unpacked(text);
    watch.lap(record::Phase::words);
  });
  watch.lap(record::Phase::unpack);
}

void Content::add_unpacked(std::string_view text) {
  if (turns_out_binary(text)) {
    binary_ = true;
  } else {
    cut_ = text.size() > limit_ - taken_;
    words_.add(text.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(text.size(), limit_ - taken_))));
  }
  taken_ = std::min(limit_, taken_ + text.size());
  if (done() || stop_.stop_requested()) gunzip_.stop();
}

bool Content::turns_out_binary(std::string_view text) {
  if (taken_ >= examined) return false;
  return text.substr(0, examined - static_cast<std::size_t>(taken_)).find('\0') !=
         std::string_view::npos;
}

record::Kind Content::kind() const noexcept {
  using record::Kind;
  if (!begun_) return Kind::empty;
  if (gzip_) return binary_ ? Kind::gzip_binary : Kind::gzip_text;
  return binary_ ? Kind::binary : Kind::text;
}

Content::Found Content::finish() {
  using record::ProblemKind;
  Found found{.kind = kind()};
  if (gzip_) {
    if (auto problem = gunzip_.finish()) found.problems.push_back(std::move(*problem));
  }
  if (binary_) return found;
  const bool full = !words_.room();
  Words::Taken taken = words_.take();
  found.words = std::move(taken.text);
  if (cut_)
    found.problems.push_back(
        {ProblemKind::huge, "words of its first " + size_text(limit_) + " only"});
  if (full)
    found.problems.push_back(
        {ProblemKind::huge, "more than " + size_text(Words::most_bytes) + " of words"});
  if (taken.latin1 > 0) found.problems.push_back(read_as_latin1(taken.latin1));
  return found;
}

}  // namespace indexer::text
