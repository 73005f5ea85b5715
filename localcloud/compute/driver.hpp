// What turns a server record into something that runs. Two drivers: fake (states only) and container.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace localcloud::compute {

/// One network interface of an instance; the control plane has chosen everything.
struct Interface {
    std::string port_id;
    std::string network_id;
    std::string mac_address;  ///< "fa:16:3e:…"
    std::string ip_address;   ///< IPv4
    int prefix_length = 24;
    std::string gateway;  ///< empty: no default route
    int mtu = 1500;
};

struct InstanceSpec {
    std::string id;  ///< the server's UUID
    std::string hostname;
    std::string image_id;
    std::filesystem::path
        image_file;              ///< Glance's file: a tar archive of a root tree, zstd-compressed or plain
    std::string image_checksum;  ///< SHA-256, the name under which unpacked trees are cached
    int vcpus = 1;
    std::uint64_t memory_mib = 512;
    std::uint64_t disk_gib = 0;  ///< 0: no limit
    std::vector<Interface> interfaces;
    /// Files of the metadata service and the config drive by path: "openstack/latest/meta_data.json",
    /// "openstack/latest/user_data", "openstack/latest/network_data.json", "ec2/latest/meta-data/…" …
    std::map<std::string, std::string> metadata;
};

enum class PowerState { running, stopped, crashed, absent };

/// Every call blocks until it is done and throws std::runtime_error with a sentence for Nova's `fault`.
/// Calls for different instances may run at the same time; calls for one are made one after the other.
class Driver {
  public:
    virtual ~Driver() = default;

    /// Root tree, namespaces, interfaces, config drive, first boot. On failure nothing is left behind.
    virtual void spawn(const InstanceSpec& spec) = 0;
    virtual void stop(const std::string& id) = 0;      ///< keeps the disk
    virtual void start(const InstanceSpec& spec) = 0;  ///< boots from the kept disk
    virtual void reboot(const InstanceSpec& spec, bool hard) = 0;
    virtual void destroy(const std::string& id) = 0;  ///< with its disk; absent is fine
    [[nodiscard]] virtual PowerState power_state(const std::string& id) = 0;
    /// The console's text; the last `lines` lines when given.
    [[nodiscard]] virtual std::string console_output(const std::string& id, std::optional<int> lines) = 0;
    /// Called (from a thread of the driver's) when an instance ends by itself.
    virtual void on_exit(std::function<void(const std::string& id)> callback) = 0;
};

}  // namespace localcloud::compute
