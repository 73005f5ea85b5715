// The difference between what should be and what is: what `deploy` would do, and why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"
#include "deploy/plan/target.hpp"

namespace deploy {

enum class Action {
    keep,    ///< it is as it should be
    create,  ///< it is missing
    change,  ///< it is there and lacks something
    replace  ///< it is there and beyond repair
};

struct PlannedItem {
    std::string kind;  ///< "security group", "keypair", "server" …
    std::string name;
    Action action = Action::keep;
    std::string why;
    std::string id;  ///< of what is there
};

/// What the new things need of a quota, and what is left of it.
struct QuotaNeed {
    std::string resource;
    std::int64_t needed = 0;
    std::int64_t left = 0;
    [[nodiscard]] bool enough() const { return needed <= left; }
};

struct Plan {
    std::vector<PlannedItem> items;
    std::vector<QuotaNeed> quotas;  ///< limited ones only

    [[nodiscard]] bool changes_nothing() const;
    [[nodiscard]] const PlannedItem& item(std::string_view kind, std::string_view name) const;
};

[[nodiscard]] std::string_view to_string(Action action);

/// Pure but for the quotas, which it asks the cloud for when something is to be created.
/// Throws openstack::DuplicateResource when something is there twice, openstack::Conflict when a name is taken by something that this deployment must not touch.
[[nodiscard]] Plan make_plan(const Context& context, const Target& target, const Observed& observed);

/// Throws openstack::QuotaExceeded with every quota that does not suffice.
void require_quota(const Plan& plan);

/// The rules of `spec` that `group` lacks; `groups` resolves the names of remote groups.
[[nodiscard]] std::vector<IngressRule> missing_rules(
    const GroupSpec& spec, const openstack::network::SecurityGroup& group,
    const std::multimap<std::string, openstack::network::SecurityGroup>& groups);

}  // namespace deploy
