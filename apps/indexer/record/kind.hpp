#pragma once

#include <string_view>

namespace indexer::record {

/// What a file turned out to hold.
enum class Kind {
  unread,       // it could not be read: there is no hash
  empty,        // no bytes at all
  text,         // its words are in the index
  binary,       // a zero byte in its first 8 KiB: hashed, no words
  gzip_text,    // gzip data (by its first bytes, whatever its name) that holds text
  gzip_binary,  // gzip data that holds a binary
};

constexpr std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::unread:
      return "unread";
    case Kind::empty:
      return "empty";
    case Kind::text:
      return "text";
    case Kind::binary:
      return "binary";
    case Kind::gzip_text:
      return "gzip text";
    case Kind::gzip_binary:
      return "gzip binary";
  }
  return "unread";
}

}  // namespace indexer::record
