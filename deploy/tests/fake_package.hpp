// What looks like a package of faafo from outside; no instance of the fake driver ever installs it.
#pragma once

#include <filesystem>
#include <fstream>

#include "common/process/process.hpp"

namespace deploy {

/// The same content gives the same bytes.
inline void write_fake_package(const std::filesystem::path& file, std::string_view content = "nothing") {
    const common::process::TemporaryDirectory folder("fake-package");
    std::filesystem::create_directory(folder.path() / "faafo");
    std::ofstream(folder.path() / "faafo/install.sh") << "# " << content << "\n";
    common::process::check({.arguments = {"tar", "--mtime=@0", "--sort=name", "-C", folder.path().string(),
                                          "-czf", file.string(), "faafo"}});
}

}  // namespace deploy
