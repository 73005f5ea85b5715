// What of a project is whose: everything in it, by ID; what carries a run's name; and removing exactly that.
#pragma once

#include <chrono>
#include <map>
#include <openstack/connection.hpp>
#include <set>
#include <string>
#include <string_view>

namespace acceptance::cloud {

class Suite;

/// "server" → ID → what a person knows it by: its name, or a floating IP's address and description.
using Belongings = std::map<std::string, std::map<std::string, std::string>>;

/// What starts the name of every run.
inline constexpr std::string_view name_of_runs = "cloudsuite-";

/// All that belongs to the project. Services that the cloud or the role does not offer have nothing.
[[nodiscard]] Belongings belongings(const openstack::Connection& cloud);
/// Those that carry this name.
[[nodiscard]] Belongings named(const Belongings& all, std::string_view name);
/// Those of `left` that are not in `right`.
[[nodiscard]] Belongings without(const Belongings& left, const Belongings& right);
[[nodiscard]] bool nothing(const Belongings& belongings);
/// A line for each.
[[nodiscard]] std::string describe(const Belongings& belongings);
/// The names of runs that something still carries.
[[nodiscard]] std::set<std::string> runs_in(const Belongings& all);

/// Removes what carries the name: first each deployment by its own program, then the rest in the order that dependencies ask
/// for. Returns what could not be removed, with the reason; empty as it should be.
[[nodiscard]] std::string remove_all(const openstack::Connection& cloud, const std::string& programs,
                                     const std::string& name, std::chrono::seconds timeout);

}  // namespace acceptance::cloud
