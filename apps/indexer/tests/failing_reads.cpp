// To be preloaded: read() fails with EIO, as on a bad disk. Twice for each file that is called
// flaky*, always for one that is called dead*.
#include <cerrno>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

namespace {

std::string name_of(int descriptor) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = ::readlink(link.c_str(), path, sizeof path);
  const std::string whole(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  return whole.substr(whole.rfind('/') + 1);
}

bool fails(int descriptor) {
  static std::mutex mutex;
  static std::map<std::string, int> times;
  const std::string name = name_of(descriptor);
  if (name.starts_with("dead")) return true;
  const std::lock_guard lock(mutex);
  return name.starts_with("flaky") && ++times[name] <= 2;
}

}  // namespace

extern "C" ssize_t read(int descriptor, void* buffer, size_t size) {
  using Read = ssize_t (*)(int, void*, size_t);
  static const auto real = reinterpret_cast<Read>(::dlsym(RTLD_NEXT, "read"));
  if (name_of(descriptor).starts_with("stuck")) ::sleep(20);
  if (fails(descriptor)) {
    errno = EIO;
    return -1;
  }
  return real(descriptor, buffer, size);
}
