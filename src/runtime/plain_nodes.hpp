#pragma once

// Under AddressSanitizer every node is an allocation of its own, so that a use after free is seen;
// POOLDER_PLAIN_NODES says so.
#if defined(__SANITIZE_ADDRESS__)
#define POOLDER_PLAIN_NODES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOLDER_PLAIN_NODES 1
#endif
#endif
