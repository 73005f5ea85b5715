// Which uids and gids instances may have: a high range for root, /etc/subuid and /etc/subgid for everybody else.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "localcloud/host/host.hpp"

namespace localcloud::host {

/// A piece of /etc/subuid or /etc/subgid.
struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// One line of a user namespace's map.
struct IdMapping {
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    std::uint32_t count = 0;
};

/// The lines of `file` for the user, by name or number.
[[nodiscard]] std::vector<IdRange> subordinate_ids(const std::filesystem::path& file, const std::string& user,
                                                   uid_t uid);
/// From where on nobody has ids by any line of `files`, a million at least: for the advice to take some.
[[nodiscard]] std::uint32_t first_free_id(const std::vector<std::filesystem::path>& files);
/// Our own id is 0 inside; whole slots of 65536 follow from 65536 on, as many as the ranges give.
[[nodiscard]] std::vector<IdMapping> holder_map(std::uint32_t own_id, const std::vector<IdRange>& ranges);

/// Hands out slots. A slot belongs to a folder (an instance's) for as long as that folder exists.
class UidSlots {
  public:
    /// `keys` tells clouds of all users and kinds apart: a slot's file is named after its first outside uid.
    UidSlots(std::filesystem::path folder, std::uint32_t first_inside,
             std::vector<std::uint32_t> first_outside);
    [[nodiscard]] UidRange take(const std::filesystem::path& owner);
    [[nodiscard]] std::size_t count() const { return first_outside_.size(); }

    [[nodiscard]] static UidSlots for_root();
    /// For a user, as seen from inside the holder's user namespace.
    [[nodiscard]] static UidSlots for_user(const std::filesystem::path& home,
                                           const std::vector<IdMapping>& uids,
                                           const std::vector<IdMapping>& gids);

  private:
    std::filesystem::path folder_;
    std::uint32_t first_inside_;
    std::vector<std::uint32_t> first_outside_;
};

}  // namespace localcloud::host
