// Which way of balancing it shall be, and whether the cloud can do it.
#pragma once

#include "deploy/plan/context.hpp"
#include "deploy/plan/recorded.hpp"

namespace deploy {

/// What the user leaves out is as it was recorded. Asks nothing.
void fill_in_balance(Options& options, const Recorded& recorded);

/// Throws openstack::ConfigError with what would work instead when the cloud has no such service; finds the zone where
/// the user names none, the project having exactly one. Before anything is made.
void require_balance(Context& context);

}  // namespace deploy
