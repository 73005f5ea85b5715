#include "localcloud/fabric/container_fabric.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include <spdlog/spdlog.h>

#include "localcloud/fabric/address.hpp"
#include "localcloud/fabric/gateway.hpp"
#include "localcloud/fabric/instance_sockets.hpp"
#include "localcloud/fabric/links.hpp"
#include "localcloud/fabric/netns_command.hpp"
#include "localcloud/fabric/security.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::fabric {
namespace {

constexpr const char* metadata_address = "169.254.169.254";
constexpr std::uint16_t metadata_port = 80;

class NamespaceFabric : public ContainerFabric {
  public:
    NamespaceFabric(std::shared_ptr<host::Host> host, Options options)
        : host_(std::move(host)), options_(std::move(options)), links_(host_), gateway_(host_) {
        links_.prepare();
    }

    ~NamespaceFabric() override {
        for (const auto& [id, instance] : instances_)
            stop_listening(instance);
    }

    void apply(const Topology& topology) override {
        const std::lock_guard lock(mutex_);
        std::set<std::string> used;
        for (const auto& [id, instance] : instances_)
            for (const auto& interface : instance.interfaces)
                used.insert(bridge_name(interface.network_id));
        links_.apply(topology, used);
        topology_ = topology;
        for (auto& [id, instance] : instances_)
            load_rules(id, instance);
        gateway_.set(floating_targets(topology_));
    }

    std::filesystem::path attach(const std::string& instance_id,
                                 const std::vector<compute::Interface>& interfaces) override {
        const std::lock_guard lock(mutex_);
        const auto file = host_->make_network_namespace(instance_id);
        auto& instance = instances_[instance_id];
        instance.interfaces = interfaces;
        const auto inside = open_namespace(file.string());
        host::in_namespace(inside, [] {
            // The instance's root has no power over this namespace, so what it may do is said here.
            host::write_setting("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
            host::write_setting("/proc/sys/net/ipv4/conf/all/route_localnet", "1");  // for floating IPs
            host::write_setting("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
            host::write_setting("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
            host::write_setting("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "0");
        });
        if (instance.listeners.empty()) {
            // The address first, then the listeners, then the rules that lead to them, and only then the cables.
            run_ip(inside, std::string("link set lo up\naddr replace ") + metadata_address + "/32 dev lo\n");
            start_listening(instance_id, instance, inside);
        }
        load_rules(instance_id, instance);
        links_.attach(instance_id, interfaces);
        return file;
    }

    void detach(const std::string& instance_id) override {
        const std::lock_guard lock(mutex_);
        if (const auto found = instances_.find(instance_id); found != instances_.end()) {
            stop_listening(found->second);
            links_.detach(found->second.interfaces);
            instances_.erase(found);
        }
        host_->remove_network_namespace(instance_id);
    }

  private:
    struct Instance {
        std::vector<compute::Interface> interfaces;
        std::vector<Redirect> redirects;
        std::vector<std::uint64_t> listeners;
        std::string ruleset;  ///< the one that was loaded last
    };

    void start_listening(const std::string& id, Instance& instance, const host::Descriptor& inside) {
        const auto listen = [&](const char* kind, const std::string& address, std::uint16_t port) {
            auto [socket, real_port] = listen_inside(inside);
            instance.redirects.push_back(
                {.address = address, .port = port, .to_address = metadata_address, .to_port = real_port});
            instance.listeners.push_back(
                options_.listeners.add(socket.release(), std::string(kind) + ":" + id));
        };
        instance.redirects.clear();
        if (!options_.listeners.add) return;
        listen("metadata", metadata_address, metadata_port);
        if (options_.endpoint_port != 0 && parse_address(options_.endpoint_address))
            listen("endpoint", options_.endpoint_address, options_.endpoint_port);
    }

    void stop_listening(const Instance& instance) const {
        if (options_.listeners.remove)
            for (const auto listener : instance.listeners)
                options_.listeners.remove(listener);
    }

    void load_rules(const std::string& id, Instance& instance) {
        std::vector<PortView> ports;
        for (std::size_t index = 0; index < instance.interfaces.size(); ++index) {
            const auto& interface = instance.interfaces[index];
            const auto port = std::ranges::find(topology_.ports, interface.port_id, &Port::id);
            if (port == topology_.ports.end() || !port->up) continue;
            PortView view{.interface = interface_name(index), .port = *port, .service_addresses = {}};
            for (const auto& network : topology_.networks)
                if (network.id == port->network_id)
                    for (const auto& subnet : network.subnets)
                        view.service_addresses.push_back(subnet.service_address);
            ports.push_back(std::move(view));
        }
        auto ruleset = instance_ruleset(ports, topology_, instance.redirects);
        if (ruleset == instance.ruleset) return;
        run_nft(open_namespace(host_->network_namespace(id).string()), ruleset);
        instance.ruleset = std::move(ruleset);
    }

    std::shared_ptr<host::Host> host_;
    Options options_;
    std::mutex mutex_;
    Links links_;
    Topology topology_;
    std::map<std::string, Instance> instances_;
    Gateway gateway_;
};

}  // namespace

std::unique_ptr<ContainerFabric> make_fabric(std::shared_ptr<host::Host> host, Options options) {
    return std::make_unique<NamespaceFabric>(std::move(host), std::move(options));
}

}  // namespace localcloud::fabric
