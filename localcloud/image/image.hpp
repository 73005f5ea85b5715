// The Debian image that instances boot from: a real root tree, made once by mmdebstrap and kept in the cache.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace localcloud::image {

struct Image {
    std::string name;            ///< "debian-12"
    std::filesystem::path file;  ///< tar archive, zstd-compressed
    std::string sha256;
    std::uint64_t size = 0;
};

/// The image in `cache`, built first if it is absent or its recipe has changed; one build at a time per cache.
/// Call it before host::enter(): it makes namespaces of its own. `progress` gets lines for a person.
/// Throws std::runtime_error with the last words of the build.
[[nodiscard]] Image ensure(const std::filesystem::path& cache,
                           const std::function<void(const std::string& line)>& progress = {});
/// The image if it is there and of the current recipe.
[[nodiscard]] std::optional<Image> find(const std::filesystem::path& cache);
/// Builds it anew, whatever there is.
Image build(const std::filesystem::path& cache, const std::function<void(const std::string& line)>& progress);

}  // namespace localcloud::image
