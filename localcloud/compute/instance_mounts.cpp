#include "localcloud/compute/instance_mounts.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include <spdlog/spdlog.h>

#include "common/process/process.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::compute {
namespace {

host::Descriptor open_folder(const std::filesystem::path& folder) {
    host::Descriptor descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor) host::fail("cannot open " + folder.string());
    return descriptor;
}

std::string by_descriptor(const host::Descriptor& descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor.get());
}

void give(const std::filesystem::path& file, std::uint32_t uid, mode_t mode) {
    if (::chown(file.c_str(), uid, uid) != 0 || ::chmod(file.c_str(), mode) != 0)
        host::fail("cannot give " + file.string() + " to the instance's root");
}

/// A sparse file with a file system of that size, mounted on the disk's folder.
void mount_limited(const InstanceFiles& files, std::uint64_t disk_gib) {
    const auto image = files.disk_image();
    if (!std::filesystem::exists(image)) {
        host::write_file(image, "");
        std::filesystem::resize_file(image, disk_gib << 30);
        common::process::check(
            {.arguments = {"mkfs.ext4", "-q", "-F", "-m", "0", "-E",
                           "lazy_itable_init=1,lazy_journal_init=1,nodiscard", image.string()}});
    }
    common::process::check(
        {.arguments = {"mount", "-n", "-o", "loop,nosuid,nodev", image.string(), files.disk().string()}});
}

}  // namespace

InstanceMounts::InstanceMounts(std::shared_ptr<host::Host> host, const std::string& id)
    : host_(std::move(host)), folder_(host_->mounts() / id) {}

bool InstanceMounts::mount_root(const InstanceFiles& files, const std::filesystem::path& tree,
                                std::uint32_t first_uid, std::uint64_t disk_gib) {
    std::filesystem::create_directories(root());
    std::filesystem::permissions(folder_, static_cast<std::filesystem::perms>(0711));
    std::filesystem::create_directories(files.disk());
    bool limited = disk_gib == 0;
    // A disk stays what it was made as: unlimited ones have no file.
    const bool fresh = std::filesystem::is_empty(files.disk());
    if (!limited && host_->is_root() && (fresh || std::filesystem::exists(files.disk_image()))) {
        try {
            mount_limited(files, disk_gib);
            limited = true;
        } catch (const std::exception& error) {
            spdlog::warn("the disk of instance {} is not limited to {} GiB: {}",
                         files.folder.filename().string(), disk_gib, error.what());
            std::error_code ignored;
            std::filesystem::remove(files.disk_image(), ignored);
        }
    }
    const auto upper = files.disk() / "upper";
    const auto work = files.disk() / "work";
    std::filesystem::create_directories(work);
    if (std::filesystem::create_directories(upper)) give(upper, first_uid, 0755);

    // Descriptors instead of paths: the options can be read inside the instance, and the host's folders are its own
    // business.
    const auto lower_folder = open_folder(tree);
    const auto upper_folder = open_folder(upper);
    const auto work_folder = open_folder(work);
    const std::string options =
        "lowerdir=" + by_descriptor(lower_folder) + ",upperdir=" + by_descriptor(upper_folder) +
        ",workdir=" + by_descriptor(work_folder) + (host_->is_root() ? "" : ",userxattr");
    if (::mount("overlay", root().c_str(), "overlay", MS_NODEV, options.c_str()) != 0)
        host::fail("cannot mount the root of instance " + files.folder.filename().string());
    return limited;
}

bool InstanceMounts::mount_system(const std::filesystem::path& network_namespace) {
    std::filesystem::create_directories(system());
    const host::Descriptor inside(::open(network_namespace.c_str(), O_RDONLY | O_CLOEXEC));
    if (!inside) host::fail("cannot open " + network_namespace.string());
    bool mounted = false;
    host::in_namespace(inside, [&] {
        mounted = ::mount("sysfs", system().c_str(), "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                          nullptr) == 0;
    });
    return mounted;
}

void InstanceMounts::write_config_drive(const std::map<std::string, std::string>& files,
                                        std::uint32_t first_uid) {
    std::filesystem::remove_all(config_drive());
    std::filesystem::create_directories(config_drive());
    for (const auto& [name, content] : files) {
        const auto path = std::filesystem::path(name).lexically_normal();
        if (path.empty() || path.is_absolute() || *path.begin() == "..")
            throw std::runtime_error("'" + name + "' cannot be a file of a config drive");
        std::filesystem::create_directories((config_drive() / path).parent_path());
        host::write_file(config_drive() / path, content);
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(config_drive()))
        give(entry.path(), first_uid, entry.is_directory() ? 0500 : 0400);
    give(config_drive(), first_uid, 0500);
}

void InstanceMounts::unmount(const InstanceFiles& files) {
    for (const auto& point : {root(), system(), files.disk()})
        ::umount2(point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    std::error_code ignored;
    std::filesystem::remove_all(config_drive(), ignored);
    // Not remove_all: should something still be mounted, only empty folders may go.
    std::filesystem::remove(root(), ignored);
    std::filesystem::remove(system(), ignored);
    std::filesystem::remove(folder_, ignored);
}

}  // namespace localcloud::compute
