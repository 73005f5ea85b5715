// The images that instances boot from: real Debian root trees, made once by mmdebstrap and kept in the cache.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace localcloud::image {

struct Image {
    std::string name;            ///< "debian-12", "debian-12-services"
    std::filesystem::path file;  ///< tar archive, zstd-compressed
    std::string sha256;
    std::uint64_t size = 0;
};

enum class Variant {
    debian,  ///< Debian 12 with what its cloud images have
    services,  ///< that, with the packages of a database and a message broker: installed, not configured, not started
};

/// The packages that a variant has beyond the base, separated by spaces.
[[nodiscard]] std::string preinstalled(Variant variant);

/// The image in `cache`, built first if it is absent or its recipe has changed; one build at a time per cache.
/// Call it before host::enter(): it makes namespaces of its own. `progress` gets lines for a person.
/// Throws std::runtime_error with the last words of the build.
[[nodiscard]] Image ensure(const std::filesystem::path& cache,
                           const std::function<void(const std::string& line)>& progress = {},
                           Variant variant = Variant::debian);
/// The image if it is there and of the current recipe.
[[nodiscard]] std::optional<Image> find(const std::filesystem::path& cache,
                                        Variant variant = Variant::debian);
/// Builds it anew, whatever there is; the services on top of the other image, which is built only if it is absent.
Image build(const std::filesystem::path& cache, const std::function<void(const std::string& line)>& progress,
            Variant variant = Variant::debian);
/// Removes images of other recipes than the current ones.
/// Returns how many bytes that was.
std::uint64_t prune(const std::filesystem::path& cache);

}  // namespace localcloud::image
