// What is mounted for a running instance, in the cloud's private mount namespace.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "localcloud/compute/instance_store.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::compute {

class InstanceMounts {
  public:
    InstanceMounts(std::shared_ptr<host::Host> host, const std::string& id);

    [[nodiscard]] std::filesystem::path root() const { return folder_ / "root"; }
    [[nodiscard]] std::filesystem::path system() const { return folder_ / "sys"; }
    [[nodiscard]] std::filesystem::path config_drive() const { return folder_ / "config"; }

    /// The instance's root: what it wrote over the image's tree. With a limit, what it writes goes to a file system
    /// of that size; false if that could not be had and the limit does not hold.
    bool mount_root(const InstanceFiles& files, const std::filesystem::path& tree, std::uint32_t first_uid,
                    std::uint64_t disk_gib);
    /// A sysfs that shows the instance's network namespace; false where the host does not allow one.
    bool mount_system(const std::filesystem::path& network_namespace);
    /// Readable by the instance's root only: user data may hold secrets.
    void write_config_drive(const std::map<std::string, std::string>& files, std::uint32_t first_uid);
    /// All of it, and what `files` has for the disk.
    void unmount(const InstanceFiles& files);

  private:
    std::shared_ptr<host::Host> host_;
    std::filesystem::path folder_;
};

}  // namespace localcloud::compute
