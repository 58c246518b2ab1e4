#pragma once

#include <type_traits>

namespace poolder::detail {

class Loans;

/// While it lives, what the calling handler moves is on its way out of it, into a message or a
/// reply: a lease in there is borrowed by that worker no more.
class Leaving {
 public:
  Leaving() noexcept;
  ~Leaving();
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

 private:
  Loans* const left_;
};

/// Types that can hold a lease, which moves only; for others nothing is done.
template <class T>
inline constexpr bool may_hold_lease = std::is_class_v<T> && !std::is_copy_constructible_v<T>;

struct NothingLeaves {};
template <class T>
using LeavingWith = std::conditional_t<may_hold_lease<T>, Leaving, NothingLeaves>;

}  // namespace poolder::detail
