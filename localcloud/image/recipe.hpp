// What the Debian image is made of. A change of anything here makes a new image.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "localcloud/image/image.hpp"

namespace localcloud::image {

/// A file that the image gets besides its packages.
struct TreeFile {
    std::string_view path;  ///< "usr/sbin/init"
    bool executable = false;
    std::string_view content;
};

/// The files of the folder tree/, compiled in.
[[nodiscard]] std::span<const TreeFile> tree_files();

/// mmdebstrap's arguments without the program, the target and the sources; `files` is a folder that holds tree_files().
[[nodiscard]] std::vector<std::string> mmdebstrap_options(const std::string& files);
/// The same for the image with services; `base` is the other image, a tar archive that is not compressed.
[[nodiscard]] std::vector<std::string> services_options(const std::string& base);

/// SHA-256 of all of the above that a variant is made of.
[[nodiscard]] std::string recipe_hash(Variant variant = Variant::debian);

/// Lines for sources.list: the mirror that this host uses for Debian 12, else deb.debian.org.
[[nodiscard]] std::string sources();
/// The same, from the texts of the host's source lists (both formats).
[[nodiscard]] std::string sources_from(std::span<const std::string> lists);

}  // namespace localcloud::image
