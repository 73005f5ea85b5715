#include "localcloud/compute/container_config.hpp"

#include <linux/audit.h>
#include <linux/sched.h>

#include <boost/json.hpp>

#include "localcloud/host/host.hpp"

namespace localcloud::compute {
namespace {

namespace json = boost::json;

constexpr std::int64_t cpu_period_microseconds = 100'000;
constexpr std::int64_t processes_per_vcpu = 4096;

/// What root of the instance may do to what is the instance's own. No CAP_SYS_ADMIN, and nothing here reaches
/// the network namespace, which belongs to another user namespace.
json::array capabilities() {
    return {"CAP_AUDIT_WRITE", "CAP_CHOWN",    "CAP_DAC_OVERRIDE", "CAP_FOWNER",          "CAP_FSETID",
            "CAP_KILL",        "CAP_SETFCAP",  "CAP_SETGID",       "CAP_SETPCAP",         "CAP_SETUID",
            "CAP_SYS_CHROOT",  "CAP_SYS_NICE", "CAP_SYS_PTRACE",   "CAP_NET_BIND_SERVICE"};
}

json::object mount(const char* destination, const char* type, const std::string& source,
                   json::array options) {
    return {
        {"destination", destination}, {"type", type}, {"source", source}, {"options", std::move(options)}};
}

json::array mounts(const ContainerConfig& config) {
    json::array list{mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}),
                     mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=64k"}),
                     mount("/dev/pts", "devpts", "devpts",
                           {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}),
                     mount("/dev/shm", "tmpfs", "shm", {"nosuid", "nodev", "mode=1777", "size=50%"}),
                     mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
                     mount("/run", "tmpfs", "tmpfs", {"nosuid", "nodev", "mode=755", "size=20%"}),
                     mount("/config-drive", "bind", config.config_drive.string(),
                           {"bind", "ro", "nosuid", "nodev", "noexec"})};
    if (!config.system.empty())
        list.push_back(
            mount("/sys", "bind", config.system.string(), {"bind", "ro", "nosuid", "nodev", "noexec"}));
    return list;
}

json::array id_mapping(std::uint32_t first) {
    return {json::object{{"containerID", 0}, {"hostID", first}, {"size", host::UidRange::size}}};
}

json::object deny(json::array names) {
    return {{"names", std::move(names)}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", 1}};
}

/// System calls that no service in an instance needs and that reach far into the kernel: what manages the machine,
/// its modules and clocks, and new namespaces, in which a process would get all capabilities again.
json::object seccomp() {
    constexpr int not_implemented = 38;
    const auto with_new_user = [](json::array names) {
        auto rule = deny(std::move(names));
        rule["args"] = json::array{json::object{{"index", 0},
                                                {"value", CLONE_NEWUSER},
                                                {"valueTwo", CLONE_NEWUSER},
                                                {"op", "SCMP_CMP_MASKED_EQ"}}};
        return rule;
    };
    // Its flags are in memory, where a filter cannot look; programs fall back to clone.
    json::object clone3{{"names", {"clone3"}}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", not_implemented}};
    return {
        {"defaultAction", "SCMP_ACT_ALLOW"},
        {"architectures", {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"}},
        {"syscalls", json::array{deny({"acct",
                                       "add_key",
                                       "adjtimex",
                                       "bpf",
                                       "clock_adjtime",
                                       "clock_settime",
                                       "delete_module",
                                       "finit_module",
                                       "fsconfig",
                                       "fsmount",
                                       "fsopen",
                                       "fspick",
                                       "init_module",
                                       "io_uring_enter",
                                       "io_uring_register",
                                       "io_uring_setup",
                                       "ioperm",
                                       "iopl",
                                       "kcmp",
                                       "kexec_file_load",
                                       "kexec_load",
                                       "keyctl",
                                       "lookup_dcookie",
                                       "mount",
                                       "mount_setattr",
                                       "move_mount",
                                       "move_pages",
                                       "name_to_handle_at",
                                       "nfsservctl",
                                       "open_by_handle_at",
                                       "open_tree",
                                       "perf_event_open",
                                       "pivot_root",
                                       "quotactl",
                                       "quotactl_fd",
                                       "reboot",
                                       "request_key",
                                       "setns",
                                       "settimeofday",
                                       "swapoff",
                                       "swapon",
                                       "syslog",
                                       "umount2",
                                       "userfaultfd",
                                       "vhangup"}),
                                 with_new_user({"clone"}), with_new_user({"unshare"}), std::move(clone3)}}};
}

json::object resources(const InstanceSpec& spec) {
    const auto memory = static_cast<std::int64_t>(spec.memory_mib << 20);
    json::object limits{{"devices", json::array{json::object{{"allow", false}, {"access", "rwm"}}}},
                        {"cpu", json::object{{"quota", spec.vcpus * cpu_period_microseconds},
                                             {"period", cpu_period_microseconds}}},
                        {"pids", json::object{{"limit", spec.vcpus * processes_per_vcpu}}}};
    if (memory > 0) limits["memory"] = json::object{{"limit", memory}};
    return limits;
}

}  // namespace

std::string container_config(const InstanceSpec& spec, const ContainerConfig& config) {
    json::array namespaces{json::object{{"type", "network"}, {"path", config.network_namespace.string()}}};
    for (const char* type : {"pid", "ipc", "uts", "mount", "user"})
        namespaces.push_back(json::object{{"type", type}});
    if (!config.control_group.empty()) namespaces.push_back(json::object{{"type", "cgroup"}});

    json::object linux_part{
        {"namespaces", std::move(namespaces)},
        {"uidMappings", id_mapping(config.first_uid)},
        {"gidMappings", id_mapping(config.first_uid)},
        {"seccomp", seccomp()},
        {"maskedPaths",
         {"/proc/acpi", "/proc/asound", "/proc/config.gz", "/proc/kallsyms", "/proc/kcore", "/proc/keys",
          "/proc/key-users", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/sysrq-trigger",
          "/proc/timer_list", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs", "/sys/kernel"}},
        {"readonlyPaths", {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"}}};
    if (!config.control_group.empty()) {
        linux_part["cgroupsPath"] = config.control_group;
        linux_part["resources"] = resources(spec);
    }
    const auto allowed = capabilities();
    const json::object document{
        {"ociVersion", "1.0.2"},
        {"hostname", spec.hostname},
        {"root", {{"path", config.root.string()}, {"readonly", false}}},
        {"process",
         {{"terminal", false},
          {"cwd", "/"},
          {"user", {{"uid", 0}, {"gid", 0}}},
          {"args", {"/sbin/init"}},
          {"env",
           {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "container=localcloud"}},
          {"noNewPrivileges", false},
          {"capabilities", {{"bounding", allowed}, {"effective", allowed}, {"permitted", allowed}}}}},
        {"mounts", mounts(config)},
        {"linux", std::move(linux_part)}};
    return json::serialize(document);
}

}  // namespace localcloud::compute
