#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace indexer::text {

/// The length of the well-formed UTF-8 sequence that `bytes` begins with; 0 where it begins with
/// none (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view bytes);

/// Whether all of it is UTF-8.
bool is_utf8(std::string_view bytes);

/// The bytes as UTF-8: what is well-formed stays, any other byte is read as Latin-1.
std::string repaired(std::string_view bytes);

}  // namespace indexer::text
