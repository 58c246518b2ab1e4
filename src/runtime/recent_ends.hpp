#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder::detail {

/// Why the last workers that ended did, for who asks too late. Takes memory as they end, up to 5
/// MB; a reason that many share is kept once.
/// Not thread-safe.
class RecentEnds {
 public:
  static constexpr std::size_t most = 65'536;

  /// The first reason that is noted for a worker holds.
  void note(Pid pid, const ExitReason& reason) {
    const auto [at, is_new] = reasons_.try_emplace(pid.value());
    if (!is_new) return;
    if (!last_ || last_->kind != reason.kind || last_->what != reason.what)
      last_ = std::make_shared<const ExitReason>(reason);
    at->second = last_;
    if (order_.size() < most) return order_.push_back(pid.value());
    reasons_.erase(std::exchange(order_[oldest_], pid.value()));
    oldest_ = (oldest_ + 1) % most;
  }

  /// Null: it has not ended, or too many have since.
  std::shared_ptr<const ExitReason> find(Pid pid) const {
    const auto at = reasons_.find(pid.value());
    return at == reasons_.end() ? nullptr : at->second;
  }

 private:
  std::unordered_map<std::uint64_t, std::shared_ptr<const ExitReason>> reasons_;
  std::vector<std::uint64_t> order_;  // a ring once it is full
  std::size_t oldest_ = 0;
  std::shared_ptr<const ExitReason> last_;
};

}  // namespace poolder::detail
