// The process that keeps a cloud's namespaces, seen from both sides: starting it, finding it again, being it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "localcloud/host/descriptor.hpp"
#include "localcloud/host/host.hpp"
#include "localcloud/host/process_identity.hpp"

namespace localcloud::host {

struct Holder {
    ProcessIdentity process;
    bool root = true;              ///< no user namespace of its own
    std::filesystem::path mounts;  ///< a tmpfs in its mount namespace
};

/// The record in the state folder, if its process is alive.
[[nodiscard]] std::optional<Holder> find_holder(const Options& options);
/// Starts one and waits until its namespaces are there; `recorded`: find_holder() finds it from now on.
/// Throws Unavailable.
[[nodiscard]] Holder start_holder(const Options& options, bool recorded);
/// Joins its user and mount namespaces; the calling process must have one thread only. Keeps the working directory.
void join(const Holder& holder);

/// "host" in the state folder.
[[nodiscard]] std::filesystem::path host_folder(const Options& options);
/// Where an instance's driver records the first process: "<instances folder>/<id>/process".
[[nodiscard]] std::filesystem::path instances_folder(const Options& options);

/// The user whom we run for: outside of any holder's namespace.
struct User {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string name;
    std::filesystem::path home;
};
[[nodiscard]] User current_user();

/// The part that runs in the holder itself: `channel` speaks with start_holder(). It lasts until SIGTERM, or until
/// somebody removes the folder `state` under it: then it ends the instances, too, because nobody will find them again.
int hold(int channel, bool root, const std::filesystem::path& mounts, const std::filesystem::path& state);

}  // namespace localcloud::host
