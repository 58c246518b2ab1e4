#pragma once

#include <string>

#include <SQLiteCpp/Database.h>

// The file that a build leaves: an SQLite database.
//
//   meta      how far the build got (see meta.hpp)
//   files     one row for each regular file that was found
//   problems  one row for each thing that was wrong with a file, or with a directory (then `file`
//   is null) words     FTS5 without content: the row of a file's words has the file's id
namespace indexer::store {

/// Makes `path` an empty index, in whatever state it was, as long as it is an index, an empty file
/// or none. Throws std::runtime_error where it is something else; SQLite::Exception where it cannot
/// be written.
void create(const std::string& path);

/// Opens an index for reading. Throws std::runtime_error where `path` is none.
SQLite::Database open_for_reading(const std::string& path);

/// Opens an index that create() made, for its one writer.
SQLite::Database open_for_writing(const std::string& path);

}  // namespace indexer::store
