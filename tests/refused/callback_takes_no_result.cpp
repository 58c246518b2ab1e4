// refused: poolder: the function given to callback must take a Result of what the task returns
#include <poolder/poolder.hpp>
void use(poolder::Tasker& tasker) {
#ifdef CONTROL
  tasker.callback([] { return 1; }, [](poolder::Result<int>) {});
#else
  tasker.callback([] { return 1; }, [] {});
#endif
}
