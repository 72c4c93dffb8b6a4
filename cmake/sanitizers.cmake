# -DHAWSER_SANITIZE=address,undefined builds everything with those sanitizers.
if(HAWSER_SANITIZE)
  add_compile_options(-fsanitize=${HAWSER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HAWSER_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-ftrivial-auto-var-init=zero -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
