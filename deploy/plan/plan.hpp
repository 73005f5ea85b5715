// The difference between what should be and what is: what `deploy` would do, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"
#include "deploy/plan/quota.hpp"
#include "deploy/plan/recorded.hpp"
#include "deploy/plan/target.hpp"

namespace deploy {

enum class Action {
    keep,     ///< it is as it should be
    create,   ///< it is missing
    change,   ///< it is there and lacks something
    replace,  ///< it is there and beyond repair
    remove    ///< it is there and should not be any more
};

struct PlannedItem {
    std::string kind;  ///< "security group", "keypair", "port", "server" …
    std::string name;
    Action action = Action::keep;
    std::string why;
    std::string id;  ///< of what is there; of a floating IP the address
    /// Replaced when all others are up, and alone: what is there does its work until then.
    bool one_by_one = false;
};

struct Plan {
    std::vector<PlannedItem> items;
    std::vector<QuotaNeed> quotas;
    std::vector<std::string> warnings;  ///< options that change nothing of what is there

    [[nodiscard]] bool changes_nothing() const;
    /// Throws std::out_of_range when there is none.
    [[nodiscard]] const PlannedItem& item(std::string_view kind, std::string_view name) const;
    /// Nothing when there is no such item.
    [[nodiscard]] std::optional<Action> action(std::string_view kind, std::string_view name) const;
    /// Whether a server is made, and so has still to fetch the package.
    [[nodiscard]] bool makes_servers() const;
};

[[nodiscard]] std::string_view to_string(Action action);

/// Pure but for the quotas, which it asks the cloud for when something is to be created.
/// Throws openstack::DuplicateResource when something is there twice, openstack::Conflict when a name is taken by something that this deployment must not touch.
[[nodiscard]] Plan make_plan(const Context& context, const Target& target, const Observed& observed);

/// The rules of `spec` that `group` lacks; `groups` resolves the names of remote groups.
[[nodiscard]] std::vector<IngressRule> missing_rules(
    const GroupSpec& spec, const openstack::network::SecurityGroup& group,
    const std::multimap<std::string, openstack::network::SecurityGroup>& groups);

}  // namespace deploy
