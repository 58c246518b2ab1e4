#include "files/sha256.hpp"

#include <array>
#include <span>
#include <stdexcept>

#include <openssl/evp.h>

namespace indexer::files {
namespace {

void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("OpenSSL: SHA-256 is not available");
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace

// Fetched once for each object: looking the algorithm up costs more than hashing a small file.
struct Sha256::Digest {
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Sha256::Sha256() : digest_(std::make_unique<Digest>()) {
  require(digest_->algorithm != nullptr && digest_->context != nullptr);
  reset();
}

Sha256::~Sha256() = default;

void Sha256::reset() {
  require(EVP_DigestInit_ex2(digest_->context.get(), digest_->algorithm.get(), nullptr) == 1);
}

void Sha256::add(std::string_view bytes) {
  require(EVP_DigestUpdate(digest_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  require(EVP_DigestFinal_ex(digest_->context.get(), bytes.data(), &length) == 1);
  reset();
  return hexadecimal(std::span(bytes).first(length));
}

}  // namespace indexer::files
