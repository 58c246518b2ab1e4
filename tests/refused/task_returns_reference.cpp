// refused: poolder: a task must return a value, not a reference
#include <poolder/poolder.hpp>
int number = 1;
void use(poolder::Tasker& tasker) {
#ifdef CONTROL
  (void)tasker.submit([] { return number; });
#else
  (void)tasker.submit([]() -> int& { return number; });
#endif
}
