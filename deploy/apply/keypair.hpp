// The key that opens the instances.
#pragma once

#include <filesystem>
#include <openstack/compute/keypair.hpp>
#include <optional>
#include <string>

#include "deploy/plan/context.hpp"

namespace deploy {

/// Where the private half of a keypair that we made is kept: $XDG_DATA_HOME/fractals/NAME, mode 0600.
[[nodiscard]] std::filesystem::path private_key_path(const std::string& keypair);

/// Whether it belongs to the keypair, by the public half beside it; true where there is none.
[[nodiscard]] bool is_private_key_of(const std::filesystem::path& private_key,
                                     const openstack::compute::Keypair& keypair);

/// Imports the user's public key, or one that is made now (or was made by an earlier run on this machine).
/// Returns the private key's path if it is ours. Throws openstack::Error.
std::optional<std::filesystem::path> create_keypair(const Context& context, std::stop_token stop);

}  // namespace deploy
