// Where no cloud is configured: the embedded one.
#pragma once

#include <openstack/connection.hpp>
#include <openstack/error.hpp>
#include <stop_token>

#include "deploy/cli/options.hpp"

namespace deploy {

/// openstack::connect() as the options say. Where nothing is configured at all, a person is asked whether to start
/// the embedded cloud; anybody else gets openstack::ConfigError with the command that does it. Throws openstack::Cancelled when stopped at
/// the question.
[[nodiscard]] openstack::Connection connect_or_offer(const Options& options, const std::stop_token& stop);

}  // namespace deploy
