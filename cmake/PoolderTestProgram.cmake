include(GoogleTest)

# A sanitizer makes everything several times slower.
set(poolder_patience 1)
if(POOLDER_SANITIZE)
  set(poolder_patience 5)
endif()

# Seconds that a single test may take, and how much of the machine it wants.
math(EXPR minute "60 * ${poolder_patience}")
math(EXPR stress_limit "300 * ${poolder_patience}")
set(poolder_ring_unit TIMEOUT ${minute})
set(poolder_ring_simulation TIMEOUT ${minute})
set(poolder_ring_threads TIMEOUT ${minute} PROCESSORS 2)
set(poolder_ring_stress TIMEOUT ${stress_limit} RUN_SERIAL ON)

# Builds <room>_<ring>_tests from the sources and tells ctest of each test in it, as
# room/ring/Suite.Name. Nothing happens without sources.
function(poolder_add_test_program room ring)
  if(NOT ARGN)
    return()
  endif()
  set(program ${room}_${ring}_tests)
  add_executable(${program} ${ARGN})
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${program} PRIVATE poolder::poolder rapidcheck gmock GTest::gtest_main)
  poolder_warnings(${program})
  gtest_discover_tests(${program} TEST_PREFIX ${room}/${ring}/ DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${ring} ${poolder_ring_${ring}})
endfunction()
