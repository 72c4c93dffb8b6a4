# -DHAWSER_LINK_TIME=ON optimizes across files when a program is linked: the Python module becomes an
# eighth smaller, and no slower. It is for what is linked here and shipped as it is; a static library
# made so could only be used by the same compiler.
#
# hawser_crypto keeps out: that its secrets decide no branch and no address is checked in its object
# files (tools/check_constant_time.sh), so those are what is shipped.
if(HAWSER_LINK_TIME)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT HAWSER_CAN_LINK_TIME OUTPUT why LANGUAGES CXX)
  if(HAWSER_CAN_LINK_TIME)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  else()
    message(STATUS "Not optimized when linked: ${why}")
  endif()
endif()
