#pragma once

#include <cstddef>
#include <cstring>

#include <cxxabi.h>

namespace poolder::detail {

/// std::uncaught_exceptions() without its three calls, which would be a tenth of a lease: the count
/// lies behind a pointer in what __cxa_get_globals returns (Itanium C++ ABI, 2.2.2), and stays
/// there as long as the thread.
class Unwinding {
 public:
  struct Here {
    const void* thread;  ///< another address for each thread
    int exceptions;      ///< that unwind on it
  };

  static Here here() noexcept {
    static thread_local const unsigned char* globals = nullptr;
    if (!globals) [[unlikely]]
      globals = reinterpret_cast<const unsigned char*>(abi::__cxa_get_globals());
    unsigned count = 0;
    std::memcpy(&count, globals + sizeof(void*), sizeof count);
    return {globals, static_cast<int>(count)};
  }
};

}  // namespace poolder::detail
