// Images unpacked: one read-only tree for each image and uid range, shared by the instances that come and go there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace localcloud::compute {

/// Unpacks a tar archive (plain or compressed) into the empty folder `target`; ids are shifted by `first_uid`.
/// The archive is not trusted: nothing leaves the folder, device nodes are left out. Throws a sentence.
void unpack(const std::filesystem::path& archive, const std::filesystem::path& target,
            std::uint32_t first_uid);

/// The tree of the image for the uid range, in `cache`, unpacked first if it is not there yet. It stays for as long as
/// the folder `instance` exists and its description names this image.
[[nodiscard]] std::filesystem::path ensure_tree(const std::filesystem::path& cache,
                                                const std::filesystem::path& archive,
                                                const std::string& checksum, std::uint32_t first_uid,
                                                const std::filesystem::path& instance);

/// Trees that no instance needs and whose images are not among `current` (checksums). They got other names, so that
/// nobody finds them any more: for the caller to remove.
[[nodiscard]] std::vector<std::filesystem::path> put_unused_trees_aside(
    const std::filesystem::path& cache, const std::vector<std::string>& current);

}  // namespace localcloud::compute
