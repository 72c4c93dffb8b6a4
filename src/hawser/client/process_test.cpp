#include "hawser/client/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hawser::client {
namespace {

bool is_right() {
  return this_process() == getpid() && this_process() == getpid();
}

TEST(ThisProcess, IsAnotherInEveryChild) {
  ASSERT_TRUE(is_right());
  const pid_t child = fork();
  if (child == 0) {
    const bool was_right = is_right();
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(is_right() ? 0 : 1);
    int status = -1;
    waitpid(grandchild, &status, 0);
    _exit(was_right && status == 0 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(is_right());
}

}  // namespace
}  // namespace hawser::client
