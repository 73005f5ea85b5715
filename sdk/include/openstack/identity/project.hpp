// Projects and domains: who owns resources.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::identity {

struct Project {
    std::string id;
    std::string name;
    std::string domain_id;
    std::string parent_id;  ///< a project's or the domain's
    std::string description;
    bool is_enabled = true;
    bool is_domain = false;
    std::vector<std::string> tags;
    JsonText options;
    JsonText subtree;  ///< when asked for
    JsonText parents;  ///< when asked for
    JsonText extra_attributes;
    JsonText links;
    ExtraFields extra;
};

struct ProjectCreate {
    std::string name;
    std::optional<std::string> domain_id;
    std::optional<std::string> parent_id;
    std::optional<std::string> description;
    std::optional<bool> is_enabled;
    std::vector<std::string> tags;
};

struct ProjectUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<bool> is_enabled;
    std::optional<std::vector<std::string>> tags;
};

struct ProjectQuery {
    std::optional<std::string> name;
    std::optional<std::string> domain_id;
    std::optional<std::string> parent_id;
    std::optional<bool> is_enabled;
    std::optional<bool> is_domain;
    std::optional<std::string> tags;
    std::optional<std::int64_t> limit;
};

struct Domain {
    std::string id;
    std::string name;
    std::string description;
    bool is_enabled = true;
    std::vector<std::string> tags;
    JsonText options;
    JsonText links;
    ExtraFields extra;
};

}  // namespace openstack::identity
