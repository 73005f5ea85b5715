#include "localcloud/api/compute/lifecycle.hpp"

#include <spdlog/spdlog.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <thread>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/ports.hpp"
#include "localcloud/api/network/security_groups.hpp"
#include "localcloud/api/network/topology.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

constexpr std::size_t worker_threads = 8;
constexpr std::size_t most_deleted = 1000;
constexpr std::string_view no_valid_host = "No valid host was found. ";

namespace power {
constexpr int none = 0;
constexpr int running = 1;
constexpr int shutdown = 4;
}  // namespace power

/// Whether this machine could ever run it: as a scheduler would judge, with CPUs shared sixteen times.
bool fits_host(const Document& flavor) {
    struct sysinfo host{};
    if (::sysinfo(&host) != 0) return true;
    const auto memory_mib = static_cast<std::int64_t>(host.totalram / 1024 * host.mem_unit / 1024);
    const auto cpus = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
    return integer(flavor, "ram") <= memory_mib && integer(flavor, "vcpus") <= cpus * 16 &&
           integer(flavor, "disk") <= 4096;
}

/// The ports that the request asked for: those that exist are bound, the others are made.
void attach_ports(state::Store::Transaction& transaction, const Document& server) {
    const std::string id = text(server, "id");
    const std::string project_id = text(server, "project_id");
    const std::string host = text(server, "host");
    const std::string owner = "compute:" + text(server, "availability_zone", "nova");
    for (const json::value& item : array(server, "requested_networks")) {
        const Document& wanted = item.as_object();
        if (const std::string port_id = text(wanted, "port"); !port_id.empty()) {
            if (transaction.find(Kind::port, port_id) == nullptr) {
                throw ApiError{404, "Port " + port_id + " could not be found."};
            }
            Document& port = transaction.edit(Kind::port, port_id);
            if (!text(port, "device_id").empty() && text(port, "device_id") != id) {
                throw ApiError{409, "Port " + port_id + " is still in use."};
            }
            if (text(port, "project_id") != project_id)
                throw std::runtime_error{"Port " + port_id + " not usable for instance " + id + "."};
            port["device_id"] = id;
            port["device_owner"] = owner;
            port["binding:host_id"] = host;
            port["binding:vif_type"] = "bridge";
            port["_existed"] = true;
            network::touch(port);
            continue;
        }
        std::vector<std::string> groups = texts(server, "requested_security_groups");
        const Document* network = transaction.find(Kind::network, text(wanted, "uuid"));
        if (network == nullptr)
            throw ApiError{404, "Network " + text(wanted, "uuid") + " could not be found."};
        const bool secure = boolean(*network, "port_security_enabled", true);
        if (!secure) groups.clear();
        if (secure && groups.empty()) groups = {network::default_security_group(transaction, project_id)};
        json::value fixed_ips;
        if (const std::string address = text(wanted, "fixed_ip"); !address.empty()) {
            fixed_ips = json::array{json::object{{"ip_address", address}}};
        }
        network::create_port(transaction, {.network_id = text(wanted, "uuid"),
                                           .project_id = project_id,
                                           .device_id = id,
                                           .device_owner = owner,
                                           .security_groups = groups,
                                           .port_security = secure,
                                           .host = host,
                                           .fixed_ips = fixed_ips});
    }
}

/// Ports that the client made stay, and are free again.
void detach_ports(state::Store::Transaction& transaction, const std::string& server_id) {
    std::vector<std::string> ports;
    for (const Document* port : ports_of(transaction, server_id))
        ports.push_back(text(*port, "id"));
    for (const std::string& port_id : ports) {
        Document& port = transaction.edit(Kind::port, port_id);
        if (!boolean(port, "_existed")) {
            network::delete_port(transaction, port_id);
            continue;
        }
        port["device_id"] = "";
        port["device_owner"] = "";
        port["binding:host_id"] = "";
        port["binding:vif_type"] = "unbound";
        port["status"] = "DOWN";
        port.erase("_existed");
        network::touch(port);
    }
}

void set_port_status(state::Store::Transaction& transaction, const std::string& server_id, bool served) {
    std::vector<std::string> ports;
    for (const Document* port : ports_of(transaction, server_id))
        ports.push_back(text(*port, "id"));
    for (const std::string& port : ports)
        network::set_status(transaction.edit(Kind::port, port), served);
}

/// What was going on with the server has ended so.
void finish_events(state::Store::Transaction& transaction, const std::string& server_id,
                   std::string_view result) {
    std::vector<std::string> unfinished;
    for (const auto& [key, action] : transaction.range(Kind::server_action, server_id + "|")) {
        const Document& event = object(*action, "_event");
        if (!event.empty() && member(event, "finish_time") == nullptr) unfinished.emplace_back(key);
    }
    const std::string now = state::iso_whole_microseconds(state::now());
    for (const std::string& key : unfinished) {
        Document& action = transaction.edit(Kind::server_action, key);
        action["updated_at"] = now;
        json::object& event = action["_event"].as_object();
        event["finish_time"] = now;
        event["result"] = result;
    }
}

/// What lists of changes still show of a server that is gone: the younger ones, as its operator would keep them.
void remember_deleted(state::Store::Transaction& transaction, const std::string& server_id) {
    const Document* found = transaction.find(Kind::server, server_id);
    if (found == nullptr) return;
    Document server = *found;
    const state::Time now = state::now();
    server["vm_state"] = "deleted";
    server["task_state"] = nullptr;
    server["power_state"] = power::none;
    server["updated"] = state::iso_seconds(now);
    server["terminated_at"] = state::iso_whole_microseconds(now);
    const auto all = transaction.all(Kind::deleted_server);
    if (all.size() >= most_deleted) {
        const std::string oldest = text(*all.front(), "id");
        transaction.erase(Kind::deleted_server, oldest);
    }
    transaction.put(Kind::deleted_server, server_id, std::move(server));
}

}  // namespace

Lifecycle::Lifecycle(Cloud& cloud) : cloud_(cloud), workers_(worker_threads) {
    cloud_.driver.on_exit([this](const std::string& id) { workers_.submit(id, [this, id] { exited(id); }); });
}

Lifecycle::~Lifecycle() {
    cloud_.driver.on_exit({});
    workers_.stop();
}

void Lifecycle::submit(const std::string& server_id, const std::string& request_id) {
    workers_.submit(server_id, [this, server_id, request_id] { work(server_id, request_id); });
}

void Lifecycle::resume() {
    std::vector<std::string> unfinished;
    std::vector<std::string> running;
    {
        const auto view = cloud_.store.read();
        for (const Document* server : view.all(Kind::server)) {
            if (member(*server, "task_state") != nullptr) {
                unfinished.push_back(text(*server, "id"));
            } else if (text(*server, "vm_state") == "active") {
                running.push_back(text(*server, "id"));
            }
        }
    }
    try {
        network::apply_topology(cloud_);
    } catch (const std::exception& error) {
        spdlog::error("the networks could not be set up again: {}", error.what());
    }
    for (const std::string& id : running)
        workers_.submit(id, [this, id] { exited(id); });
    for (const std::string& id : unfinished)
        submit(id);
}

void Lifecycle::work(const std::string& server_id, const std::string& request_id) {
    std::string task;
    {
        const auto view = cloud_.store.read();
        const Document* server = view.find(Kind::server, server_id);
        if (server == nullptr) return;
        task = text(*server, "task_state");
    }
    const auto spec = [&] {
        const auto view = cloud_.store.read();
        return instance_spec(cloud_, view, *view.find(Kind::server, server_id));
    };
    try {
        if (task == "scheduling" || task == "networking" || task == "spawning") {
            build(server_id, request_id);
        } else if (task == "powering-off") {
            cloud_.driver.stop(server_id);
            settle(server_id, "stopped", power::shutdown);
        } else if (task == "powering-on") {
            cloud_.driver.start(spec());
            settle(server_id, "active", power::running);
        } else if (task == "rebooting" || task == "rebooting_hard") {
            cloud_.driver.reboot(spec(), task == "rebooting_hard");
            settle(server_id, "active", power::running);
        } else if (task == "rebuilding") {
            rebuild(server_id);
        } else if (task == "deleting") {
            remove(server_id);
        }
    } catch (const std::exception& error) {
        fail(server_id, request_id, task, error.what());
    }
}

void Lifecycle::build(const std::string& server_id, const std::string& request_id) {
    const auto ready = std::chrono::steady_clock::now() + cloud_.boot_delay;
    {
        auto transaction = cloud_.store.write();
        // Somebody may have asked for its end since this was submitted.
        if (text(*transaction.find(Kind::server, server_id), "task_state") == "deleting") return;
        if (!fits_host(object(*transaction.find(Kind::server, server_id), "flavor"))) {
            throw std::runtime_error{std::string{no_valid_host}};
        }
        // After a restart some of this may be done already.
        detach_ports(transaction, server_id);
        Document& server = transaction.edit(Kind::server, server_id);
        server["task_state"] = "spawning";
        server["host"] = cloud_.name;
        if (text(server, "availability_zone").empty()) server["availability_zone"] = "nova";
        attach_ports(transaction, server);
        transaction.commit();
    }
    network::apply_topology(cloud_);
    if (cloud_.boot_delay.count() == 0) return boot(server_id);
    workers_.submit_at(ready, server_id, [this, server_id, request_id] {
        try {
            boot(server_id);
        } catch (const std::exception& error) {
            fail(server_id, request_id, "spawning", error.what());
        }
    });
}

void Lifecycle::boot(const std::string& server_id) {
    localcloud::compute::InstanceSpec spec;
    {
        const auto view = cloud_.store.read();
        const Document* server = view.find(Kind::server, server_id);
        // Somebody may have asked for its end meanwhile.
        if (server == nullptr || text(*server, "task_state") != "spawning") return;
        spec = instance_spec(cloud_, view, *server);
    }
    cloud_.driver.spawn(spec);
    settle(server_id, "active", power::running);
}

void Lifecycle::rebuild(const std::string& server_id) {
    cloud_.driver.destroy(server_id);
    localcloud::compute::InstanceSpec spec;
    bool was_stopped = false;
    {
        const auto view = cloud_.store.read();
        const Document& server = *view.find(Kind::server, server_id);
        spec = instance_spec(cloud_, view, server);
        was_stopped = text(server, "vm_state") == "stopped";
    }
    cloud_.driver.spawn(spec);
    if (was_stopped) {
        // A server that was off is off again, on its new disk.
        cloud_.driver.stop(server_id);
        return settle(server_id, "stopped", power::shutdown);
    }
    settle(server_id, "active", power::running);
}

void Lifecycle::remove(const std::string& server_id) {
    cloud_.driver.destroy(server_id);
    {
        auto transaction = cloud_.store.write();
        detach_ports(transaction, server_id);
        remember_deleted(transaction, server_id);
        transaction.erase(Kind::server, server_id);
        std::vector<std::string> actions;
        for (const auto& [key, action] : transaction.range(Kind::server_action, server_id + "|")) {
            actions.emplace_back(key);
        }
        for (const std::string& key : actions)
            transaction.erase(Kind::server_action, key);
        transaction.commit();
    }
    network::apply_topology(cloud_);
}

void Lifecycle::settle(const std::string& server_id, std::string_view vm_state, int power_state) {
    auto transaction = cloud_.store.write();
    if (transaction.find(Kind::server, server_id) == nullptr) return;
    Document& server = transaction.edit(Kind::server, server_id);
    const state::Time now = state::now();
    server["vm_state"] = vm_state;
    server["power_state"] = power_state;
    server["updated"] = state::iso_seconds(now);
    // Somebody may have asked for its end meanwhile.
    if (text(server, "task_state") != "deleting") server["task_state"] = nullptr;
    if (vm_state == "active") {
        server["fault"] = nullptr;
        if (member(server, "launched_at") == nullptr)
            server["launched_at"] = state::iso_whole_microseconds(now);
    }
    set_port_status(transaction, server_id, vm_state == "active");
    finish_events(transaction, server_id, "Success");
    transaction.commit();
}

void Lifecycle::fail(const std::string& server_id, const std::string& request_id, std::string_view task,
                     const std::string& message) {
    spdlog::warn("server {}: {}", server_id, message);
    auto transaction = cloud_.store.write();
    if (transaction.find(Kind::server, server_id) == nullptr) return;
    Document& server = transaction.edit(Kind::server, server_id);
    const std::string now = state::iso_seconds(state::now());
    const bool building = text(server, "vm_state") == "building";
    server["vm_state"] = "error";
    server["power_state"] = power::none;
    // Somebody may have asked for its end meanwhile, and was told that it comes.
    if (task == "deleting" || text(server, "task_state") != "deleting") server["task_state"] = nullptr;
    server["updated"] = now;
    server["fault"] = json::object{{"code", 500}, {"created", now}, {"message", message}};
    if (building) detach_ports(transaction, server_id);
    finish_events(transaction, server_id, "Error");
    const std::string key = server_id + "|" + request_id;
    if (transaction.find(Kind::server_action, key) != nullptr) {
        Document& action = transaction.edit(Kind::server_action, key);
        action["message"] = "Error";
        action["updated_at"] = state::iso_whole_microseconds(state::now());
    }
    transaction.commit();
}

void Lifecycle::exited(const std::string& server_id) {
    {
        const auto view = cloud_.store.read();
        const Document* server = view.find(Kind::server, server_id);
        if (server == nullptr || text(*server, "vm_state") != "active" ||
            member(*server, "task_state") != nullptr) {
            return;
        }
    }
    if (cloud_.driver.power_state(server_id) == localcloud::compute::PowerState::running) return;
    spdlog::info("server {} ended by itself", server_id);
    settle(server_id, "stopped", power::shutdown);
}

localcloud::compute::InstanceSpec instance_spec(const Cloud& cloud, const state::View& view,
                                                const Document& server) {
    localcloud::compute::InstanceSpec spec{
        .id = text(server, "id"), .hostname = text(server, "hostname"), .image_id = text(server, "image_id")};
    spec.image_file = image::data_file(cloud, spec.image_id);
    if (const Document* image = view.find(Kind::image, spec.image_id))
        spec.image_checksum = text(*image, "_sha256");
    const Document& flavor = object(server, "flavor");
    spec.vcpus = static_cast<int>(integer(flavor, "vcpus", 1));
    spec.memory_mib = static_cast<std::uint64_t>(integer(flavor, "ram", 512));
    spec.disk_gib = static_cast<std::uint64_t>(integer(flavor, "disk"));
    bool routed = false;
    for (const Document* port : ports_of(view, spec.id)) {
        const json::array& fixed_ips = array(*port, "fixed_ips");
        if (fixed_ips.empty()) continue;
        const Document& fixed = fixed_ips.front().as_object();
        const Document* subnet = view.find(Kind::subnet, text(fixed, "subnet_id"));
        const Document* network = view.find(Kind::network, text(*port, "network_id"));
        if (subnet == nullptr || network == nullptr) continue;
        localcloud::compute::Interface interface{
            .port_id = text(*port, "id"),
            .network_id = text(*network, "id"),
            .mac_address = text(*port, "mac_address"),
            .ip_address = text(fixed, "ip_address"),
            .prefix_length =
                network::Cidr::parse(text(*subnet, "cidr")).value_or(network::Cidr{}).prefix_length,
            .gateway = {},
            .mtu = static_cast<int>(integer(*network, "mtu", 1500))};
        // One default route: the first interface's.
        if (!routed) interface.gateway = text(*subnet, "gateway_ip");
        routed = routed || !interface.gateway.empty();
        spec.interfaces.push_back(std::move(interface));
    }
    spec.metadata = instance_metadata(view, server);
    return spec;
}

}  // namespace localcloud::api::compute
