#include "runtime/registry.hpp"

#include <algorithm>

#include <poolder/core/error.hpp>

namespace poolder::detail {

void Registry::add(const std::shared_ptr<EngineCore>& engine) {
  const Added added = cell_.enter([&] {
    if (closed_) return Added::closed;
    if (is_taken(engine->kind(), engine->name())) return Added::taken;
    engines_.push_back(engine);
    return Added::yes;
  });
  check(added, engine->kind(), engine->name());
}

void Registry::check_free(std::string_view kind, std::string_view name) {
  check(cell_.enter([&] {
    return closed_ ? Added::closed : is_taken(kind, name) ? Added::taken : Added::yes;
  }),
        kind, name);
}

bool Registry::is_taken(std::string_view kind, std::string_view name) const {
  return !name.empty() && std::any_of(engines_.begin(), engines_.end(), [&](const auto& each) {
    return each->kind() == kind && each->name() == name;
  });
}

void Registry::check(Added added, std::string_view kind, std::string_view name) {
  if (added == Added::closed) fail(ErrorCode::stopped, "the runtime has ended");
  if (added == Added::taken)
    fail(ErrorCode::already_exists,
         "a " + std::string(kind) + " named \"" + std::string(name) + "\" exists in this runtime");
}

void Registry::remove(const EngineCore& engine) noexcept {
  // The last reference is dropped outside the cell: it may run destructors of the user's.
  std::shared_ptr<EngineCore> removed;
  cell_.enter([&] {
    const auto at = std::find_if(engines_.begin(), engines_.end(),
                                 [&](const auto& each) { return each.get() == &engine; });
    if (at == engines_.end()) return;
    removed = std::move(*at);
    engines_.erase(at);
  });
}

std::shared_ptr<EngineCore> Registry::find(std::string_view type, std::string_view name) {
  return cell_.enter([&]() -> std::shared_ptr<EngineCore> {
    for (const auto& each : engines_)
      if (!name.empty() && each->name() == name && each->type() == type) return each;
    return nullptr;
  });
}

bool Registry::owns(Pid pid) {
  const auto engines = all();
  return std::any_of(engines.begin(), engines.end(),
                     [&](const auto& each) { return each->owns(pid); });
}

std::vector<std::shared_ptr<EngineCore>> Registry::all() {
  return cell_.enter([&] { return engines_; });
}

std::vector<std::shared_ptr<EngineCore>> Registry::close() {
  auto engines = cell_.enter([&] {
    closed_ = true;
    return engines_;
  });
  std::reverse(engines.begin(), engines.end());
  return engines;
}

}  // namespace poolder::detail
