#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "results.hpp"

namespace bench {

using Description = std::vector<std::pair<std::string, std::string>>;

void print_machine(const Description& machine);

/// Three significant digits, and the unit: "6.61 M/s".
std::string readable(double value, Unit unit);

/// Throws std::runtime_error where that fails.
void write_file(const std::string& file, const std::string& text);

/// The figures from the one at `first` on, as lines of a table.
void print_table(const Results& results, std::size_t first);

/// The figures and what they were measured on. Throws std::runtime_error where the file cannot be
/// written.
void write_json(const std::string& file, const Results& results, const Description& machine);

}  // namespace bench
