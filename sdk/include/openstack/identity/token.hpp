// What a token says: who it is, in which scope, with which roles, and the catalog of services.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::identity {

struct Reference {
    std::string id;
    std::string name;
};

/// A role; more than ID and name in tokens of trusts only.
struct TokenRole {
    std::string id;
    std::string name;
    std::string domain_id;
    std::string description;
    JsonText options;
};

struct ScopedReference {
    std::string id;
    std::string name;
    std::optional<Reference> domain;
};

struct TokenUser {
    std::string id;
    std::string name;
    std::optional<Reference> domain;
    std::optional<Time> password_expires_at;
};

struct CatalogEndpoint {
    std::string id;
    std::string interface;  ///< "public", "internal" or "admin"
    std::string region_id;
    std::string region;
    std::string url;
};

struct CatalogEntry {
    std::string id;
    std::string type;
    std::string name;
    std::vector<CatalogEndpoint> endpoints;
    ExtraFields extra;
};

/// Without the token itself.
struct TokenInfo {
    TokenUser user;
    std::optional<ScopedReference> project;
    std::optional<Reference> domain;
    JsonText system;  ///< {"all":true} in a system scope
    std::vector<TokenRole> roles;
    std::vector<std::string> methods;
    std::optional<Time> issued_at;
    std::optional<Time> expires_at;
    std::vector<std::string> audit_ids;
    bool is_domain = false;
    JsonText application_credential;
    JsonText trust;
    std::vector<CatalogEntry> catalog;
    ExtraFields extra;
};

}  // namespace openstack::identity
