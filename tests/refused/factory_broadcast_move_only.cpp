// refused: poolder: a message that cannot be copied cannot be broadcast
#include <memory>

#include <poolder/poolder.hpp>
#ifdef CONTROL
using Job = std::shared_ptr<int>;
#else
using Job = std::unique_ptr<int>;
#endif
void use(poolder::FactoryPool& factory) { factory.broadcast("group", Job{}); }
