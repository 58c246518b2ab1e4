#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

/// What the figures were measured on, as pairs of a name and a value.
std::vector<std::pair<std::string, std::string>> describe_machine();

}  // namespace bench
