#pragma once

#include <cstdint>

#include <poolder/runtime/priority.hpp>

namespace poolder {

/// What the collections Idle and Busy of a definition hold: names one resource at one stay in the
/// collection. A plain value; what it says was true when it was added.
class ResourceHandle {
 public:
  /// How often the resource had been lent.
  std::uint64_t uses() const noexcept { return uses_; }
  /// Counts what was ever added, of all resources.
  std::uint64_t arrival() const noexcept { return arrival_; }

  friend bool operator==(const ResourceHandle& a, const ResourceHandle& b) noexcept {
    return a.arrival_ == b.arrival_;
  }

  /// For poolder's engines, and for tests of collections.
  ResourceHandle(void* resource, std::uint64_t uses, std::uint64_t arrival) noexcept
      : resource_(resource), uses_(uses), arrival_(arrival) {}
  void* resource() const noexcept { return resource_; }

 private:
  void* resource_;
  std::uint64_t uses_, arrival_;
};

/// What the collection Waiting of a definition holds: names one caller at one wait. A plain value.
class WaiterHandle {
 public:
  /// As given to acquire.
  Priority priority() const noexcept { return priority_; }
  /// Counts all that ever waited.
  std::uint64_t arrival() const noexcept { return arrival_; }

  friend bool operator==(const WaiterHandle& a, const WaiterHandle& b) noexcept {
    return a.arrival_ == b.arrival_;
  }

  /// For poolder's engines, and for tests of collections.
  WaiterHandle(Priority priority, std::uint64_t arrival) noexcept
      : priority_(priority), arrival_(arrival) {}

 private:
  Priority priority_;
  std::uint64_t arrival_;
};

}  // namespace poolder
