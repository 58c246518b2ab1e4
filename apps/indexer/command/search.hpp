#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace indexer::command {

struct SearchArguments {
  std::string index;
  std::vector<std::string> words;
  std::size_t limit = 0;    // 0: 10, or all with names_only
  bool names_only = false;  // one name a line, as grep -l prints them
  bool end_with_zero = false;
};

/// `poolder-index search`: prints the files with all the words, best first. Returns the exit code.
int search(const SearchArguments& arguments);

}  // namespace indexer::command
