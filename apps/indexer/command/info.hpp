#pragma once

#include <string>

namespace indexer::command {

struct InfoArguments {
  std::string index;
  bool problems = false;  // list all of them
};

/// `poolder-index info`: how far an index got, and what is in it. Returns the exit code.
int info(const InfoArguments& arguments);

}  // namespace indexer::command
