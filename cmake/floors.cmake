# hawser_floor(NAME name SOURCES ... [HOT sources...] BELOW floors... [LIBRARIES ...])
#
# One static library a floor, linking only the floors below it that it names, so that the linker
# enforces the order of ARCHITECTURE.md. Tests lie beside the sources as *_test.cpp; with
# HAWSER_BUILD_TESTS they become one test program a floor.
#
# HOT: what runs for each byte, or for each packet and would be noticed. All the rest runs a few times
# for 32 KiB of a transfer, so releases compile it for size, which takes a third of it away.
function(hawser_floor)
  cmake_parse_arguments(FLOOR "" "NAME" "SOURCES;HOT;BELOW;LIBRARIES;TEST_SOURCES;TEST_LIBRARIES" ${ARGN})
  set(target hawser_${FLOOR_NAME})
  if(NOT FLOOR_SOURCES AND NOT FLOOR_HOT)
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(${target} STATIC ${FLOOR_SOURCES} ${FLOOR_HOT})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE hawser_warnings)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
    set_source_files_properties(${FLOOR_HOT} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
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
