# POOLDER_SANITIZE instruments the library and everything that is built beside it; the first
# finding ends the program.
if(POOLDER_SANITIZE)
  add_compile_options(-fsanitize=${POOLDER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${POOLDER_SANITIZE})
endif()
