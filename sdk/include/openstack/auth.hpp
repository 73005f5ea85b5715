// What a sign-in yields: who we are, for what, until when, and the catalog of services.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace openstack {

/// One address of a service.
struct CatalogEndpoint {
    std::string id;
    std::string interface;  ///< "public", "internal", "admin"
    std::string region_id;
    std::string url;
};

struct CatalogService {
    std::string type;  ///< as the cloud spells it ("volumev3")
    std::string name;  ///< "cinder"
    std::string id;
    std::vector<CatalogEndpoint> endpoints;
};

struct NamedReference {
    std::string id;
    std::string name;
};

/// What a token is good for. The token itself is not in here: Session::token() gives it.
struct Access {
    NamedReference user;
    NamedReference user_domain;
    std::optional<NamedReference> project;
    std::optional<NamedReference> project_domain;
    std::optional<NamedReference> domain;  ///< of a domain-scoped token
    bool system = false;                   ///< scoped to the system
    std::vector<NamedReference> roles;
    std::vector<std::string> methods;  ///< "password", "token", "application_credential"
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> issued_at;
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> expires_at;
    std::vector<CatalogService> catalog;
};

}  // namespace openstack
