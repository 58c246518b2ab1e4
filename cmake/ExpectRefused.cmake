# cmake -D BUILD=dir -D TARGET=name -D WORDS=regex -P ExpectRefused.cmake
# Passes if the target does not build and a compiler error has the words.
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD} --target ${TARGET}
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT failed)
  message(FATAL_ERROR "${TARGET} compiles, and should be refused")
endif()
if(NOT output MATCHES "error: [^\n]*${WORDS}")
  message(FATAL_ERROR "${TARGET} is refused, but no error says \"${WORDS}\":\n${output}")
endif()
