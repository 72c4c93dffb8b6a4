// One file that is being made: written under a temporary name in the directory of its target, which
// it replaces when it is whole. Until then, and if it never is, the target stays as it was.
#pragma once

#include "hawser/client/beneath.h"
#include "hawser/operations/local.h"

namespace hawser::client {

// The process's umask, without changing it.
std::uint32_t current_umask();

// Letters and digits for a name that is nobody else's; empty if there is no randomness.
std::string random_letters();

Status write_all(const Descriptor& file, ByteView data);

class LocalTarget {
 public:
  // Refuses what is there already unless it is a regular file. To be resumed, the temporary name is
  // made of the tag instead of random letters.
  static Result<LocalTarget> open(Spot spot,
                                  const std::optional<operations::local::Resume>& resume);
  LocalTarget(LocalTarget&&) = default;
  LocalTarget& operator=(LocalTarget&&) = delete;
  // Drops it if it was not finished.
  ~LocalTarget();

  [[nodiscard]] std::uint64_t size() const { return size_; }
  Status write(ByteView data);

  enum class Durability : std::uint8_t { cached, synced };
  struct Finish {
    operations::LocalPermissions permissions;
    std::optional<operations::LocalTimes> times;
    std::uint32_t umask = 0;
    Durability durability = Durability::cached;
  };
  // It is over with the target then, whether it went well or not.
  Status finish(const Finish& finish);

 private:
  LocalTarget(Spot spot, std::string temporary, Descriptor file, std::uint64_t size, bool is_kept)
      : spot_(std::move(spot)),
        temporary_(std::move(temporary)),
        file_(std::move(file)),
        size_(size),
        is_kept_(is_kept) {}
  static Result<LocalTarget> make_new(Spot spot);
  static Result<LocalTarget> go_on(Spot spot, const operations::local::Resume& resume);
  Status take_shape(const Finish& finish);

  Spot spot_;
  std::string temporary_;
  Descriptor file_;
  std::uint64_t size_ = 0;
  bool is_kept_ = false;  // for a later try, if it is dropped
};

}  // namespace hawser::client
