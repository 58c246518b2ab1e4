# A program that must not compile. Its first line, `// refused: REGEX`, says which words an error
# must have; with -DCONTROL it must compile, so that it is refused for that reason alone.
function(poolder_add_refused source)
  get_filename_component(name ${source} NAME_WE)
  file(STRINGS ${source} first_line LIMIT_COUNT 1)
  if(NOT first_line MATCHES "^// refused: (.+)$")
    message(FATAL_ERROR "${source}: the first line must be `// refused: REGEX`")
  endif()
  set(words "${CMAKE_MATCH_1}")

  foreach(kind IN ITEMS refused control)
    add_library(${kind}_${name} OBJECT EXCLUDE_FROM_ALL ${source})
    target_link_libraries(${kind}_${name} PRIVATE poolder::poolder)
  endforeach()
  target_compile_definitions(control_${name} PRIVATE CONTROL)

  add_test(NAME refused/${name}
    COMMAND ${CMAKE_COMMAND} -D BUILD=${PROJECT_BINARY_DIR} -D TARGET=refused_${name} -D "WORDS=${words}"
            -P ${PROJECT_SOURCE_DIR}/cmake/ExpectRefused.cmake)
  add_test(NAME refused/${name}_control
    COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target control_${name})
  set_tests_properties(refused/${name} refused/${name}_control PROPERTIES
    LABELS refused RESOURCE_LOCK build TIMEOUT 300)
endfunction()
