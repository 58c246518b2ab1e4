#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "record/phases.hpp"

namespace indexer::record {

/// What a build has done, as its writer counted it.
struct Summary {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t> kinds{};
  std::map<std::string, std::uint64_t> problems{};
  PhaseTimes phases{};
};

}  // namespace indexer::record
