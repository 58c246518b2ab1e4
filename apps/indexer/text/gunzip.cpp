#include "text/gunzip.hpp"

#include <new>

#include <zlib.h>

namespace indexer::text {
namespace {

constexpr std::size_t unpacked_size = 128 * 1024;
constexpr int gzip_window = 15 + 16;  // zlib: the largest window, gzip headers only

}  // namespace

struct Gunzip::Stream {
  Stream() {
    if (::inflateInit2(&zlib, gzip_window) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { ::inflateEnd(&zlib); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib{};
  bool first_member = true;
};

Gunzip::Gunzip() : stream_(std::make_unique<Stream>()), unpacked_(unpacked_size) {}

Gunzip::~Gunzip() = default;

void Gunzip::reset() {
  ::inflateReset(&stream_->zlib);
  stream_->first_member = true;
  state_ = State::member;
}

void Gunzip::add(std::string_view packed, const Sink& sink) {
  z_stream& zlib = stream_->zlib;
  // zlib's interface predates const.
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  zlib.avail_in = static_cast<uInt>(packed.size());
  zlib.avail_out = 1;
  // Where the output was filled to its end, zlib may hold more although its input is used up.
  while (unpacking() && (zlib.avail_in > 0 || zlib.avail_out == 0)) {
    state_ == State::between ? between_members() : inflate_some(sink);
  }
  if (state_ == State::padding) between_members();
}

// After a member comes another one, or zero bytes up to the end; gzip ignores anything else, and
// says so.
void Gunzip::between_members() {
  z_stream& zlib = stream_->zlib;
  while (zlib.avail_in > 0 && *zlib.next_in == 0) {
    state_ = State::padding;
    ++zlib.next_in;
    --zlib.avail_in;
  }
  if (zlib.avail_in == 0) {
    zlib.avail_out = 1;
    return;
  }
  state_ = state_ == State::between ? State::member : State::garbage;
}

void Gunzip::inflate_some(const Sink& sink) {
  z_stream& zlib = stream_->zlib;
  zlib.next_out = reinterpret_cast<Bytef*>(unpacked_.data());
  zlib.avail_out = static_cast<uInt>(unpacked_.size());
  const int result = ::inflate(&zlib, Z_NO_FLUSH);
  const bool in_header = zlib.total_out == 0;
  if (const std::size_t size = unpacked_.size() - zlib.avail_out; size > 0)
    sink({unpacked_.data(), size});
  if (state_ == State::stopped || result == Z_OK || result == Z_BUF_ERROR) return;
  if (result != Z_STREAM_END) {
    state_ = in_header && !stream_->first_member ? State::garbage : State::damaged;
    return;
  }
  ::inflateReset(&zlib);
  zlib.avail_out = 1;
  stream_->first_member = false;
  state_ = State::between;
}

std::optional<record::Problem> Gunzip::finish() const {
  using record::ProblemKind;
  switch (state_) {
    case State::member:
      return record::Problem{ProblemKind::truncated, "the gzip data ends early"};
    case State::damaged:
      return record::Problem{ProblemKind::damaged, "the gzip data is damaged"};
    case State::garbage:
      return record::Problem{ProblemKind::damaged, "other bytes follow the gzip data"};
    case State::between:
    case State::padding:
    case State::stopped:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace indexer::text
