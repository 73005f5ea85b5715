// What a deployment should look like: a value that says nothing about how it is made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace deploy {

/// One rule that lets traffic in.
struct IngressRule {
    std::string protocol = "tcp";
    int port = 0;
    /// Name of a group of the same topology whose members may come; anybody when empty.
    std::string from_group;

    friend bool operator==(const IngressRule&, const IngressRule&) = default;
};

struct GroupSpec {
    std::string name;
    std::vector<IngressRule> ingress;
};

/// What the package's install.sh is told. "{address:NAME}" stands for the fixed address of that instance.
struct InstallSpec {
    std::vector<std::string> install;  ///< faafo, messaging, database
    std::vector<std::string> roles;    ///< api, worker, demo
    std::string endpoint_url;          ///< empty: the instance itself
};

struct InstanceSpec {
    std::string name;
    std::vector<std::string> groups;
    InstallSpec install;
    bool floating_ip = false;
    /// Port and path that answer with 200 when the instance does its work; nothing to ask when the port is 0.
    std::uint16_t health_port = 0;
    std::string health_path = "/readyz";
};

struct Topology {
    std::string deployment;  ///< the name that marks everything it makes
    std::vector<GroupSpec> groups;
    std::vector<InstanceSpec> instances;  ///< those that others' user data name come first
    std::string entrance;                 ///< the instance that people open in a browser
};

/// Names that a user may change; the defaults are the first-app guide's.
struct AllInOneNames {
    std::string deployment = "fractals";
    std::string instance = "all-in-one";
    std::string security_group = "all-in-one";
};

/// One instance that does everything: API, worker, database and queue in one, and its first fractals.
[[nodiscard]] Topology all_in_one(const AllInOneNames& names, bool first_fractals);

}  // namespace deploy
