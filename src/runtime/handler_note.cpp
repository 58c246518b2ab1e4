#include "runtime/handler_note.hpp"

namespace poolder::detail {

namespace {

thread_local const HandlerNote* last = nullptr;

}  // namespace

HandlerNote::HandlerNote(const void* engine, std::uint32_t generation, std::size_t items) noexcept
    : engine_(engine), generation_(generation), items_(items), outer_(last) {
  last = this;
}

HandlerNote::~HandlerNote() { last = outer_; }

const HandlerNote* HandlerNote::innermost(const void* engine) noexcept {
  const HandlerNote* each = last;
  while (each && each->engine_ != engine) each = each->outer_;
  return each;
}

}  // namespace poolder::detail
