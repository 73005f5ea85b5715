// Where no cloud is configured: the embedded one.
#pragma once

#include <openstack/connection.hpp>
#include <openstack/error.hpp>

#include "deploy/cli/options.hpp"

namespace deploy {

/// openstack::connect() as the options say. Where nothing is configured at all, a person is asked whether to start
/// the embedded cloud; anybody else gets openstack::ConfigError with the command that does it.
[[nodiscard]] openstack::Connection connect_or_offer(const Options& options);

}  // namespace deploy
