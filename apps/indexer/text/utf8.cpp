#include "text/utf8.hpp"

#include <algorithm>

namespace indexer::text {
namespace {

unsigned char byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

std::size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// The second byte rules out what the lead alone cannot.
bool second_fits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0;
    case 0xed:
      return second <= 0x9f;
    case 0xf0:
      return second >= 0x90;
    case 0xf4:
      return second <= 0x8f;
    default:
      return true;
  }
}

void append_latin1(std::string& out, unsigned char byte) {
  out += static_cast<char>(0xc0U | (byte >> 6U));
  out += static_cast<char>(0x80U | (byte & 0x3fU));
}

}  // namespace

std::size_t sequence_length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const unsigned char lead = byte_at(bytes, 0);
  const std::size_t length = length_by_lead(lead);
  if (length > bytes.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(bytes, i) & 0xc0U) != 0x80) return 0;
  }
  return length < 2 || second_fits(lead, byte_at(bytes, 1)) ? length : 0;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string repaired(std::string_view bytes) {
  if (std::all_of(bytes.begin(), bytes.end(), is_ascii)) return std::string(bytes);
  std::string out;
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    if (length == 0) {
      append_latin1(out, byte_at(bytes, 0));
    } else {
      out += bytes.substr(0, length);
    }
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace indexer::text
