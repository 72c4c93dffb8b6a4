# hawser_floor(NAME name [COMPACT] SOURCES ... BELOW floors... [LIBRARIES ...])
#
# One static library a floor, linking only the floors below it that it names, so that the linker
# enforces the order of ARCHITECTURE.md. Tests lie beside the sources as *_test.cpp; with
# HAWSER_BUILD_TESTS they become one test program a floor.
#
# COMPACT: what runs there runs a few times for 32 KiB of a transfer, not for its bytes, so releases
# are compiled for size, which halves them.
function(hawser_floor)
  cmake_parse_arguments(FLOOR "COMPACT" "NAME" "SOURCES;BELOW;LIBRARIES;TEST_SOURCES;TEST_LIBRARIES" ${ARGN})
  set(target hawser_${FLOOR_NAME})
  if(NOT FLOOR_SOURCES)
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(${target} STATIC ${FLOOR_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE hawser_warnings)
    if(FLOOR_COMPACT)
      target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
    endif()
  endif()
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR}/src)
  foreach(floor IN LISTS FLOOR_BELOW)
    target_link_libraries(${target} ${scope} hawser_${floor})
  endforeach()
  target_link_libraries(${target} ${scope} ${FLOOR_LIBRARIES})

  if(HAWSER_BUILD_TESTS)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${FLOOR_NAME}/*_test.cpp)
    if(tests)
      add_executable(${target}_test ${tests} ${FLOOR_TEST_SOURCES})
      target_include_directories(${target}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
      target_compile_definitions(${target}_test PRIVATE
                                 HAWSER_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
      target_link_libraries(${target}_test PRIVATE ${target} hawser_warnings GTest::gtest_main GTest::gmock
                            ${FLOOR_TEST_LIBRARIES})
      include(GoogleTest)
      gtest_discover_tests(${target}_test TEST_PREFIX ${FLOOR_NAME}. DISCOVERY_TIMEOUT 60)
    endif()
  endif()
endfunction()
