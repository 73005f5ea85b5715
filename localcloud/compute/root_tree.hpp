// Images unpacked: one read-only tree for each image and uid range, shared by the instances that come and go there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace localcloud::compute {

/// Unpacks a tar archive (plain or compressed) into the empty folder `target`; ids are shifted by `first_uid`.
/// The archive is not trusted: nothing leaves the folder, device nodes are left out. Throws a sentence.
void unpack(const std::filesystem::path& archive, const std::filesystem::path& target,
            std::uint32_t first_uid);

/// The tree of the image for the uid range, in `cache`, unpacked first if it is not there yet.
[[nodiscard]] std::filesystem::path ensure_tree(const std::filesystem::path& cache,
                                                const std::filesystem::path& archive,
                                                const std::string& checksum, std::uint32_t first_uid);

}  // namespace localcloud::compute
