#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <poolder/runtime/detail/core.hpp>

namespace poolder::detail {

/// The engines of one runtime that have not ended. Any thread.
class Registry {
 public:
  /// Throws Error{already_exists} where the engine's kind has that name, Error{stopped} after
  /// close. An empty name is never taken.
  void add(const std::shared_ptr<EngineCore>& engine);
  /// Throws as add would, before anything is constructed.
  void check_free(std::string_view kind, std::string_view name);
  void remove(const EngineCore& engine) noexcept;

  /// Null where there is no such engine, or one of another type.
  std::shared_ptr<EngineCore> find(std::string_view type, std::string_view name);
  bool owns(Pid pid);
  std::vector<std::shared_ptr<EngineCore>> all();

  /// Takes no more, and says what was there, newest first.
  std::vector<std::shared_ptr<EngineCore>> close();

 private:
  enum class Added { yes, taken, closed };

  bool is_taken(std::string_view kind, std::string_view name) const;  // in the cell
  static void check(Added added, std::string_view kind, std::string_view name);

  OpCell cell_;
  std::vector<std::shared_ptr<EngineCore>> engines_;
  bool closed_ = false;
};

}  // namespace poolder::detail
