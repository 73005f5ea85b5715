#include "localcloud/fabric/gateway.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <sstream>
#include <thread>

#include <spdlog/spdlog.h>

#include "localcloud/fabric/address.hpp"
#include "localcloud/fabric/links.hpp"
#include "localcloud/fabric/netns_command.hpp"
#include "localcloud/fabric/relay.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::fabric {
namespace {

constexpr std::chrono::milliseconds look_interval{500};
constexpr int backlog = 256;
constexpr int instead_offset = 8000;
constexpr int last_port = 65535;

host::Descriptor listen_on(std::uint32_t address, int port) {
    host::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) host::fail("cannot make a socket");
    const int yes = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    where.sin_addr.s_addr = htonl(address);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(socket.get(), backlog) != 0)
        socket.reset();
    return socket;
}

bool is_wide(const PortRange& range) {
    return range.last - range.first >= Gateway::direct_ports;
}

/// A port of 127.0.0.0/8 cannot be had twice, hence the number of descriptors should not be what limits us.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

std::vector<FloatingTarget> floating_targets(const Topology& topology) {
    std::vector<FloatingTarget> targets;
    for (const auto& floating : topology.floating_ips) {
        const auto port = std::ranges::find(topology.ports, floating.port_id, &Port::id);
        const auto address = parse_address(floating.address);
        const auto fixed = parse_address(floating.fixed_address);
        if (port == topology.ports.end() || !port->up || port->instance_id.empty() || !address || !fixed)
            continue;
        FloatingTarget target{.address = *address,
                              .instance_id = port->instance_id,
                              .fixed_address = *fixed,
                              .bridge = bridge_name(port->network_id),
                              .open = open_tcp_ports(*port, topology),
                              .rules = outside_tcp_rules(*port, topology)};
        for (const auto& network : topology.networks) {
            if (network.id != port->network_id) continue;
            for (const auto& subnet : network.subnets)
                if (const auto prefix = Prefix::parse(subnet.cidr); prefix && prefix->contains(*fixed))
                    target.source = parse_address(subnet.service_address).value_or(0);
        }
        targets.push_back(std::move(target));
    }
    return targets;
}

std::set<int> listened_ports(const std::string& proc_net_tcp, std::uint32_t address) {
    std::set<int> ports;
    std::istringstream lines(proc_net_tcp);
    std::string line;
    std::getline(lines, line);  // titles
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string number;
        std::string local;
        std::string remote;
        std::string state;
        if (!(fields >> number >> local >> remote >> state) || state != "0A") continue;
        const auto colon = local.rfind(':');
        if (colon == std::string::npos || colon < 8) continue;
        // The last 32 bits, in the machine's order: the whole address, or the end of an IPv6 one.
        const auto bound = static_cast<std::uint32_t>(std::stoul(local.substr(colon - 8, 8), nullptr, 16));
        if (bound != 0 && ntohl(bound) != address) continue;
        ports.insert(std::stoi(local.substr(colon + 1), nullptr, 16));
    }
    return ports;
}

struct Gateway::Impl {
    struct Open {
        int number = 0;  ///< the relay's
        FloatingTarget target;
    };
    using Key = std::pair<std::uint32_t, int>;  ///< floating address and the instance's port

    explicit Impl(std::shared_ptr<host::Host> the_host)
        : host(std::move(the_host)), relay(host->fabric_namespace()) {
        raise_descriptor_limit();
        looker = std::jthread([this](const std::stop_token& stop) { look(stop); });
    }

    std::shared_ptr<host::Host> host;
    Relay relay;
    std::mutex mutex;
    std::condition_variable_any changed;
    std::vector<FloatingTarget> targets;
    std::map<Key, Open> open;
    std::set<Key> refused;  ///< said once in the log
    std::jthread looker;

    /// Wide ranges follow what their instances really listen on.
    void look(const std::stop_token& stop) {
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            changed.wait_for(lock, stop, look_interval, [] { return false; });
            const bool any = std::ranges::any_of(targets, [](const FloatingTarget& target) {
                return std::ranges::any_of(target.open, is_wide);
            });
            if (!any || stop.stop_requested()) continue;
            try {
                reconcile();
            } catch (const std::exception& error) {
                spdlog::error("the ports of floating IPs: {}", error.what());
            }
        }
    }

    [[nodiscard]] std::set<int> listening_in(const FloatingTarget& target) const {
        std::set<int> ports;
        try {
            const auto inside = open_namespace(host->network_namespace(target.instance_id).string());
            host::in_namespace(inside, [&] {
                ports = listened_ports(host::read_file("/proc/thread-self/net/tcp"), target.fixed_address);
                ports.merge(
                    listened_ports(host::read_file("/proc/thread-self/net/tcp6"), target.fixed_address));
            });
        } catch (const std::exception& error) {
            spdlog::debug("floating IP of {}: {}", target.instance_id, error.what());
        }
        return ports;
    }

    [[nodiscard]] std::set<int> wanted_ports(const FloatingTarget& target) const {
        std::set<int> ports;
        for (const auto& range : target.open)
            if (!is_wide(range))
                for (int port = range.first; port <= range.last; ++port)
                    ports.insert(port);
        if (std::ranges::any_of(target.open, is_wide))
            for (const int port : listening_in(target))
                if (std::ranges::any_of(target.open, [&](const PortRange& range) {
                        return port >= range.first && port <= range.last;
                    }))
                    ports.insert(port);
        return ports;
    }

    static Listening listening(const FloatingTarget& target, int port) {
        return {.admits = [rules = target.rules,
                           port](std::uint32_t client) { return admits_tcp(rules, client, port); },
                .destination = {.address = target.fixed_address,
                                .port = static_cast<std::uint16_t>(port),
                                .source = target.source,
                                .device = target.bridge}};
    }

    void reconcile() {
        std::map<Key, const FloatingTarget*> wanted;
        for (const auto& target : targets)
            for (const int port : wanted_ports(target))
                wanted.emplace(Key{target.address, port}, &target);
        for (auto at = open.begin(); at != open.end();) {
            const auto found = wanted.find(at->first);
            const bool same = found != wanted.end() &&
                              found->second->fixed_address == at->second.target.fixed_address &&
                              found->second->bridge == at->second.target.bridge;
            if (same) {
                relay.change(at->second.number, listening(*found->second, at->first.second));
                ++at;
                continue;
            }
            // A rule that is gone leaves running connections alone, an address that is gone does not.
            const bool moved = std::ranges::none_of(targets, [&](const FloatingTarget& target) {
                return target.address == at->first.first &&
                       target.fixed_address == at->second.target.fixed_address;
            });
            relay.remove(at->second.number, moved);
            at = open.erase(at);
        }
        for (const auto& [key, target] : wanted)
            if (!open.contains(key)) start(key, *target);
        std::erase_if(refused, [&](const Key& key) { return !wanted.contains(key); });
    }

    void start(const Key& key, const FloatingTarget& target) {
        const auto [address, port] = key;
        const int instead = port + instead_offset;
        host::Descriptor socket;
        if (port >= host->first_open_port()) socket = listen_on(address, port);
        if (!socket && port < instead_offset && instead <= last_port) {
            const bool taken = port >= host->first_open_port() && errno == EADDRINUSE;
            socket = listen_on(address, instead);
            if (socket && taken && refused.insert(key).second)
                spdlog::warn(
                    "{}:{} is taken by another program of this host, so the floating IP answers at port {}",
                    to_string(address), port, instead);
        }
        if (!socket) {
            if (refused.insert(key).second)
                spdlog::warn("the floating IP {} cannot answer at port {}: {}", to_string(address), port,
                             std::strerror(errno));
            return;
        }
        open[key] = {.number = relay.add(std::move(socket), listening(target, port)), .target = target};
    }
};

Gateway::Gateway(std::shared_ptr<host::Host> host) : impl_(std::make_unique<Impl>(std::move(host))) {}

Gateway::~Gateway() = default;

void Gateway::set(std::vector<FloatingTarget> targets) {
    const std::lock_guard lock(impl_->mutex);
    impl_->targets = std::move(targets);
    impl_->reconcile();
}

}  // namespace localcloud::fabric
