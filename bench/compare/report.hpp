#pragma once

#include <string>

#include "../harness/report.hpp"

namespace bench {

/// The comparison in Markdown: who was there, poolder against the best of the others in each
/// workload, and all figures.
std::string as_markdown(const Results& results, const Description& machine,
                        const std::string& plots);

}  // namespace bench
