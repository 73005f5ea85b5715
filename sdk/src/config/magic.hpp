// The many spellings of one thing in cloud entries, brought to one.
#pragma once

#include <string>
#include <vector>

#include "sdk/src/config/tree.hpp"

namespace openstack::config {

/// Moves settings for signing in below "auth" and gives them their present names (tenant_name → project_name).
void gather_auth(Value& layer);
/// What an argument says replaces its rivals too: a project's name the project's ID of the file, and so on.
void drop_rivals(Value& root, const Value& arguments);
/// Other spellings, defaults, the kind of sign-in where it is not named, {templates}.
void finish(Value& root);

/// The scalars of a sequence, or the parts of a comma-separated scalar; empty for nothing.
[[nodiscard]] std::vector<std::string> split_list(const Value* value);

}  // namespace openstack::config
