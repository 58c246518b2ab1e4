// refused: poolder: a supervisor's children are given as poolder::child<Engine>.args
#include <poolder/poolder.hpp>
void use(poolder::Runtime& runtime) {
#ifdef CONTROL
  poolder::Supervisor app{
      runtime, {}, poolder::child<poolder::Supervisor>(poolder::SupervisorOptions{})};
#else
  poolder::Supervisor app{runtime, {}, poolder::SupervisorOptions{}};
#endif
}
