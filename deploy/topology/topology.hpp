// What a deployment should look like: a value that says nothing about how it is made.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
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
    std::string option;  ///< of the command line that chooses another name: "--worker-group"
};

/// A line of the file that install.sh reads with --settings, which is how secrets get into an instance.
struct Setting {
    std::string key;
    std::string value;
};

/// What the package's install.sh is told. In every value, "{address:NAME}" stands for the fixed address of that
/// instance, in settings also "{secret:PURPOSE}" for a password of this deployment.
struct InstallSpec {
    std::vector<std::string> install;  ///< faafo, messaging, database
    std::vector<std::string> roles;    ///< api, worker, demo
    std::string endpoint_url;          ///< empty: the instance itself
    std::string listen;                ///< where database and broker listen; empty: on loopback only
    std::vector<Setting> settings;
};

/// What an instance is for; scaling adds and removes those of one role.
enum class Role { all_in_one, controller, services, api, worker };

struct InstanceSpec {
    std::string name;
    std::string option;  ///< of the command line that chooses another name: "--controller-name"
    Role role = Role::all_in_one;
    std::vector<std::string> groups;
    InstallSpec install;
    bool floating_ip = false;
    /// Port and path that answer with 200 when the instance does its work; nothing to ask when the port is 0.
    std::uint16_t health_port = 0;
    std::string health_path = "/readyz";
    /// Has the database server and the broker, hence their image, and keeps the deployment's secrets and counts.
    bool runs_services = false;
    /// The instance whose address `install.endpoint_url` names; empty where it names none.
    std::string endpoint_instance;
};

/// How many of what can be more or fewer.
struct Counts {
    int apis = 0;
    int workers = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
};

/// What spreads requests over the APIs.
enum class BalanceMethod {
    none,    ///< nothing: each API has its address
    dns,     ///< one name that has all addresses
    octavia  ///< a load balancer in front of them
};

/// The choice, as it is recorded; `zone` with the final dot, and only with `dns`.
struct Balance {
    BalanceMethod method = BalanceMethod::none;
    std::string zone;
    friend bool operator==(const Balance&, const Balance&) = default;
};

struct Topology {
    std::string deployment;  ///< the name that marks everything it makes
    std::vector<GroupSpec> groups;
    std::vector<InstanceSpec> instances;
    std::string entrance;          ///< the instance that people open in a browser
    std::optional<Counts> counts;  ///< where they can be chosen
    Balance balance;
    /// With a load balancer: what it has of an instance, which is a name, a port with groups, and a floating IP.
    std::optional<InstanceSpec> balancer;

    [[nodiscard]] const InstanceSpec* find(std::string_view instance) const;
    /// Whether an instance or the load balancer has this name.
    [[nodiscard]] bool has(std::string_view name) const;
    /// All that have addresses: instances and the load balancer.
    [[nodiscard]] std::vector<const InstanceSpec*> addressed() const;
    /// The instances that answer users' requests.
    [[nodiscard]] std::vector<const InstanceSpec*> apis() const;
    /// What people open in a browser: the load balancer, or else the entrance.
    [[nodiscard]] const std::string& front() const;
    /// The instance that keeps the secrets; null where none are needed.
    [[nodiscard]] const InstanceSpec* services() const;
    /// Whether the address of `instance` must be known before it runs: others are told it, or the world.
    [[nodiscard]] bool needs_port(const InstanceSpec& instance) const;
};

[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::string_view to_string(BalanceMethod method);
/// Nothing when there is none of that name.
[[nodiscard]] std::optional<BalanceMethod> balance_method(std::string_view name);
/// The host name that has all addresses: the deployment's name, as far as DNS allows it, in the zone. With the final dot.
[[nodiscard]] std::string balanced_name(std::string_view deployment, std::string_view zone);
/// The instances whose addresses stand in what `install` says.
[[nodiscard]] std::set<std::string> addresses_in(const InstallSpec& install);
/// Whether a setting of it is made of the deployment's secrets.
[[nodiscard]] bool uses_secrets(const InstallSpec& install);

/// Names that a user may change; the defaults are the first-app guide's.
struct AllInOneNames {
    std::string deployment = "fractals";
    std::string instance = "all-in-one";
    std::string security_group = "all-in-one";
};

/// One instance that does everything: API, worker, database and queue in one, and its first fractals.
[[nodiscard]] Topology all_in_one(const AllInOneNames& names, bool first_fractals);

struct MicroNames {
    std::string deployment = "micro_fractals";
    std::string controller = "app-controller";
    std::string worker = "app-worker";  ///< "-1" follows
    std::string control_group = "control";
    std::string worker_group = "worker";
};

/// A controller with API, database and broker, and a worker of its own.
[[nodiscard]] Topology micro(const MicroNames& names, bool first_fractals);

struct ScalingNames {
    std::string deployment = "scaling_fractals";
    std::string services = "app-services";
    std::string api = "app-api";        ///< "-1", "-2" … follow
    std::string worker = "app-worker";  ///< likewise
    std::string services_group = "services";
    std::string api_group = "api";
    std::string worker_group = "worker";
    std::string control_group = "control";
    std::string balancer = "app-balancer";
};

inline constexpr Counts usual_counts{.apis = 2, .workers = 3};

/// Database and broker on one instance, and any number of APIs and workers around it.
[[nodiscard]] Topology scaling(const ScalingNames& names, Counts counts, bool first_fractals,
                               const Balance& balance = {});

}  // namespace deploy
