#include <poolder/runtime/future.hpp>

namespace poolder::detail {

namespace {

// Lives until it fires, which is at the deadline even where the answer came first: nobody has to
// cancel it.
class Expiry final : public Timer {
 public:
  explicit Expiry(ReplyBase& reply) : Timer(&expired), reply_(&reply) { reply.keep(); }

 private:
  static void expired(Timer& timer) noexcept {
    auto& self = static_cast<Expiry&>(timer);
    if (self.reply_->expire(failure(ErrorCode::timeout, "the request was not answered in time")))
      self.reply_->publish();
    self.reply_->release();
    delete &self;
  }

  ReplyBase* reply_;
};

}  // namespace

void expire_at(RuntimeCore& core, ReplyBase& reply, Ticks deadline) {
  core.arm(*new Expiry(reply), deadline);
}

}  // namespace poolder::detail
