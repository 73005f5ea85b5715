// A guest with nothing but Debian's essential packages, or little more: a tree made once by mmdebstrap, and for every use a
// throw-away layer over it with namespaces of its own. When its script ends, nothing of it is left.
#pragma once

#include <filesystem>
#include <string>

#include "common/process/process.hpp"

namespace faafo::package::test {

enum class Tree {
    essential,
    with_apt,
    services,  ///< with the packages mariadb-server and rabbitmq-server, as in the image debian-12-services
};

/// Why there can be no guest here; empty when there can. Makes the tree if it is missing (a minute or two).
[[nodiscard]] std::string missing_for_guests(Tree kind = Tree::essential);

/// Runs the script as root in a fresh guest without any network but loopback, in which /package.tar.gz is the package,
/// and /services.tar is `services` where that is not empty.
[[nodiscard]] common::process::Result run_in_guest(const std::string& script, Tree kind = Tree::essential,
                                                   const std::filesystem::path& services = {});

/// An archive of collect-services.sh for guests of these trees, collected once (a minute). Throws
/// common::process::CommandFailed with what the script said.
[[nodiscard]] std::filesystem::path services_packages();

}  // namespace faafo::package::test
