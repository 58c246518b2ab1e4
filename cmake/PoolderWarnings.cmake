# The warnings that all of the project's own code is built with. Users do not inherit them.
function(poolder_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR ${POOLDER_WERROR})
endfunction()
