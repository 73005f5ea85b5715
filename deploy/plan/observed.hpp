// What the cloud has of a deployment.
#pragma once

#include <map>
#include <openstack/compute/keypair.hpp>
#include <openstack/compute/server.hpp>
#include <openstack/network/port.hpp>
#include <openstack/network/router.hpp>
#include <openstack/network/security_group.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "deploy/balance/observed.hpp"
#include "deploy/plan/context.hpp"

namespace deploy {

struct ObservedInstance {
    openstack::compute::Server server;
    std::string fixed_address;     ///< empty until Neutron has given one
    std::string floating_address;  ///< empty when none is attached
    std::string failure;           ///< why its installation failed; empty when it did not, or was mended
};

using ObservedInstances = std::multimap<std::string, ObservedInstance>;

/// Multimaps, because two runs at the same moment may have made something twice: a plan refuses then or chooses one,
/// destroy removes all.
struct Observed {
    /// By name: ours, and those of the topology's names that no other deployment made.
    std::multimap<std::string, openstack::network::SecurityGroup> groups;
    ObservedInstances instances;                                 ///< by name; those with our mark
    std::multimap<std::string, openstack::network::Port> ports;  ///< ours, by the name of their instance
    std::multimap<std::string, openstack::network::FloatingIP> addresses;  ///< likewise
    std::vector<openstack::network::FloatingIP> floating_ips;              ///< all of the project's
    std::optional<openstack::compute::Keypair> keypair;  ///< the wanted one, whoever made it
    std::vector<openstack::compute::Keypair> keypairs;   ///< ours, whatever they are called
    bool has_package_container = false;
    ObservedBalance balance;

    [[nodiscard]] const ObservedInstance* instance(const std::string& name) const;
    /// Our port for it: the one that is in use, if there are several. Null without one.
    [[nodiscard]] const openstack::network::Port* port(const std::string& instance) const;
};

/// Where to look for what balances: only where something says that there may be some, or in any case.
enum class Look { where_expected, everywhere };

/// Asks the services side by side.
[[nodiscard]] Observed observe(const Context& context, Look look = Look::where_expected);
/// The part of it that the counts of a topology may come from.
[[nodiscard]] ObservedInstances observe_instances(const Context& context);

/// Whether this deployment made it.
[[nodiscard]] bool is_ours(const openstack::network::SecurityGroup& group, const std::string& deployment);
[[nodiscard]] bool is_ours(const openstack::network::FloatingIP& ip, const std::string& deployment);
[[nodiscard]] bool is_ours(const openstack::compute::Keypair& keypair, const std::string& deployment);

/// The first IPv4 address of a port; empty when it has none.
[[nodiscard]] std::string ipv4_of(const openstack::network::Port& port);
/// A value of a server's metadata; empty when it is not there.
[[nodiscard]] std::string metadata_of(const openstack::compute::Server& server, std::string_view key);

/// The server, with Nova's reason if it is in ERROR: lists keep silent about the fault of a server that got to no host.
[[nodiscard]] openstack::compute::Server with_fault(const Context& context, openstack::compute::Server server,
                                                    const std::stop_token& stop = {});

/// The container that the deployment keeps its package in.
[[nodiscard]] std::string package_container(const std::string& deployment);

}  // namespace deploy
