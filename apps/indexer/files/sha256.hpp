#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace indexer::files {

/// SHA-256 of a stream of bytes (OpenSSL's). Reusable: finish() makes it ready for the next stream.
class Sha256 {
 public:
  /// Throws std::runtime_error where OpenSSL has no SHA-256.
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  /// Forgets what was added.
  void reset();
  void add(std::string_view bytes);

  /// 64 hexadecimal digits, as sha256sum prints them.
  [[nodiscard]] std::string finish();

 private:
  struct Digest;
  std::unique_ptr<Digest> digest_;
};

}  // namespace indexer::files
