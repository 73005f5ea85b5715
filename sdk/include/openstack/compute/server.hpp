// Servers: virtual machines, and what creates, changes and selects them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::compute {

struct ServerStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view active = "ACTIVE", build = "BUILD", deleted = "DELETED",
                                      error = "ERROR", hard_reboot = "HARD_REBOOT", migrating = "MIGRATING",
                                      password = "PASSWORD", paused = "PAUSED", reboot = "REBOOT",
                                      rebuild = "REBUILD", rescue = "RESCUE", resize = "RESIZE",
                                      revert_resize = "REVERT_RESIZE", shelved = "SHELVED",
                                      shelved_offloaded = "SHELVED_OFFLOADED", shutoff = "SHUTOFF",
                                      soft_deleted = "SOFT_DELETED", suspended = "SUSPENDED",
                                      unknown = "UNKNOWN", verify_resize = "VERIFY_RESIZE";
};

/// An address of a server on one network.
struct ServerAddress {
    std::string address;
    int version = 4;          ///< of IP
    std::string type;         ///< "fixed" or "floating"
    std::string mac_address;  ///< of the port behind it
};

/// The flavor as it was when the server was made. Before 2.47 Nova says its ID only, later everything but its ID.
struct ServerFlavor {
    std::string id;    ///< until 2.46
    std::string name;  ///< since 2.47, like all the rest
    std::int64_t vcpus = 0;
    std::int64_t ram = 0;        ///< MiB
    std::int64_t disk = 0;       ///< GiB
    std::int64_t ephemeral = 0;  ///< GiB
    std::int64_t swap = 0;       ///< MiB
    std::map<std::string, std::string> extra_specs;
    std::vector<Link> links;
};

/// The image a server was made of; all empty when it boots from a volume.
struct ServerImage {
    std::string id;
    std::map<std::string, std::string> properties;  ///< since 2.98
    std::vector<Link> links;
};

/// Why a server is in ERROR.
struct ServerFault {
    int code = 0;
    std::string message;
    std::string details;  ///< a traceback, for administrators
    std::optional<Time> created_at;
};

struct ServerVolume {
    std::string id;
    bool delete_on_termination = false;  ///< since 2.3
};

struct Server {
    std::string id;
    std::string name;
    ServerStatus status;
    std::string project_id;
    std::string user_id;
    ServerImage image;
    ServerFlavor flavor;
    std::map<std::string, std::vector<ServerAddress>> addresses;  ///< by the network's name
    std::string access_ipv4;
    std::string access_ipv6;
    std::string key_name;
    std::vector<std::string> security_groups;  ///< names; empty while no network is attached
    std::map<std::string, std::string> metadata;
    std::vector<std::string> tags;  ///< since 2.26
    std::string description;        ///< since 2.19
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::optional<Time> launched_at;
    std::optional<Time> terminated_at;
    std::string task_state;  ///< what Nova is doing with it right now; empty when nothing
    std::string vm_state;
    int power_state = 0;          ///< 1 running, 3 paused, 4 shut down, 6 crashed, 7 suspended, 0 unknown
    std::optional<int> progress;  ///< percent
    /// Why it is in ERROR. Lists do not have it of a server that got to no host: get_server() does.
    std::optional<ServerFault> fault;
    std::string availability_zone;
    bool has_config_drive = false;
    std::string disk_config;  ///< "AUTO" or "MANUAL"
    std::string host_id;      ///< differs between hosts, says nothing else
    std::vector<ServerVolume> attached_volumes;
    bool is_locked = false;                               ///< since 2.9
    std::string locked_reason;                            ///< since 2.73
    std::vector<std::string> server_groups;               ///< IDs; since 2.71
    std::vector<std::string> trusted_image_certificates;  ///< since 2.63
    std::string admin_password;  ///< only in the answers to create, rebuild and rescue. Secret
    std::string hostname;        ///< since 2.3 for administrators, 2.90 for everybody
    std::string user_data;       ///< plain, as it was given; for administrators, since 2.3. Secret
    std::string compute_host;    ///< this and the following: for administrators
    std::string host_status;
    std::string hypervisor_hostname;
    std::string instance_name;
    std::string reservation_id;
    std::string kernel_id;
    std::string ramdisk_id;
    std::string root_device_name;
    std::optional<int> launch_index;
    std::vector<Link> links;
    ExtraFields extra;
};

/// A network interface that a new server gets: a network, or a port that exists.
struct ServerNetwork {
    std::string network_id;
    std::string port_id;
    std::string fixed_ip;
    std::string tag;  ///< how the guest finds it in its metadata
};

/// A disk of a new server, in the words of Nova's block_device_mapping_v2.
struct BlockDevice {
    std::string source_type = "image";  ///< "image", "volume", "snapshot" or "blank"
    std::string uuid;
    std::string destination_type = "volume";  ///< or "local"
    std::optional<int> boot_index;            ///< 0 boots
    std::optional<std::int64_t> volume_size;  ///< GiB
    std::optional<bool> delete_on_termination;
    std::string volume_type;
};

struct ServerCreate {
    std::string name;
    std::string image_id;  ///< empty with `block_devices`
    std::string flavor_id;
    std::vector<ServerNetwork> networks;  ///< empty: as `network_mode` says
    /// Plain text or bytes (a script, #cloud-config …); the SDK does the Base64. Secret
    std::string user_data;
    std::string key_name;
    std::vector<std::string>
        security_groups;  ///< names or IDs; Nova applies them to ports that it makes itself
    std::map<std::string, std::string> metadata;
    std::optional<bool> config_drive;
    std::string availability_zone;
    std::string description;        ///< since 2.19
    std::vector<std::string> tags;  ///< since 2.52
    std::string hostname;           ///< since 2.90
    std::vector<BlockDevice> block_devices;
    std::string admin_password;  ///< Secret
    std::string server_group;    ///< ID
    std::optional<int> min_count;
    std::optional<int> max_count;
    /// With empty `networks`: "auto" (the default) or "none".
    std::string network_mode;
};

struct ServerUpdate {
    std::optional<std::string> name;
    Field<std::string> description;  ///< since 2.19
    std::optional<std::string> access_ipv4;
    std::optional<std::string> access_ipv6;
    std::optional<std::string> hostname;  ///< since 2.90
};

/// What rebuild_server changes beside the image.
struct ServerRebuild {
    std::string image_id;
    std::optional<std::string> name;
    std::optional<std::string> admin_password;  ///< Secret
    std::optional<bool> preserve_ephemeral;
    std::optional<std::map<std::string, std::string>> metadata;
    Field<std::string> description;        ///< since 2.19
    Field<std::string> key_name;           ///< since 2.54
    std::optional<std::string> user_data;  ///< plain; since 2.57. Secret
};

struct ServerQuery {
    std::optional<std::string> name;  ///< a regular expression that matches anywhere in the name
    std::optional<std::string> status;
    std::optional<std::string> image_id;
    std::optional<std::string> flavor_id;
    std::optional<std::string> ip_address;  ///< a regular expression
    std::optional<std::string> key_name;    ///< members may since 2.83
    std::optional<std::string> availability_zone;
    std::optional<std::string> tags;      ///< all of them, separated by commas; since 2.26
    std::optional<std::string> tags_any;  ///< one of them; since 2.26
    std::optional<std::string> not_tags;
    std::optional<Time> changes_since;
    std::optional<Time> changes_before;
    std::optional<bool> all_projects;  ///< for administrators
    std::optional<std::string> project_id;
    std::optional<std::string> host;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::string> marker;
    std::optional<std::int64_t> limit;  ///< per page
};

/// One thing that was done to a server, for finding out why it failed.
struct ServerActionEvent {
    std::string event;
    std::optional<Time> start_time;
    std::optional<Time> finish_time;
    std::string result;
    std::string traceback;
    std::string host;     ///< since 2.62, for administrators
    std::string host_id;  ///< since 2.62
    std::string details;  ///< since 2.84
};

struct ServerAction {
    std::string action;
    std::string server_id;
    std::string request_id;
    std::string user_id;
    std::string project_id;
    std::optional<Time> start_time;
    std::optional<Time> updated_at;  ///< since 2.58
    std::string message;             ///< "Error" when it failed
    std::vector<ServerActionEvent> events;
    std::vector<Link> links;
    ExtraFields extra;
};

struct InterfaceAddress {
    std::string subnet_id;
    std::string ip_address;
};

/// A port as the server sees it.
struct ServerInterface {
    std::string port_id;
    std::string network_id;
    std::string mac_address;
    std::string port_state;
    std::vector<InterfaceAddress> fixed_ips;
    std::string tag;  ///< since 2.70
    ExtraFields extra;
};

struct ServerInterfaceCreate {
    std::string network_id;
    std::string port_id;
    std::vector<InterfaceAddress> fixed_ips;
    std::string tag;  ///< since 2.49
};

}  // namespace openstack::compute
