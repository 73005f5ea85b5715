// Everything that needs privileges happens in namespaces of localcloud's own, and this folder makes them.
//
// A tiny process, the *holder*, owns them for as long as the cloud is up: a mount namespace (overlays, sysfs, handles
// of network namespaces) and the fabric's network namespace; for an ordinary user also a user namespace with all of the
// user's subordinate uids. The server joins the holder's user and mount namespaces when it starts and stays in the
// host's network namespace. When the server is killed, the holder and the instances live on and the next one joins again;
// when the holder ends, all of its mounts, bridges and addresses are gone with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::host {

struct Options {
    std::filesystem::path state;  ///< this cloud's state folder; "host" and "instances" in it are ours
    std::filesystem::path cache;  ///< images and unpacked trees, shared by all clouds of a user
    /// The command that ends in holder_main(); our own program again, with a hidden subcommand.
    std::vector<std::string> holder{"/proc/self/exe", "hold"};
};

/// Containers cannot be had here. The text says why and which command helps; the `fake` driver always works.
struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// $XDG_CACHE_HOME/localcloud, ~/.cache/localcloud, or /var/cache/localcloud for root.
[[nodiscard]] std::filesystem::path default_cache();

/// Throws Unavailable if a program, user namespaces or uid ranges are missing. Changes nothing.
void check();

/// A range of 65536 uids and gids that no other instance of any cloud of this user has.
struct UidRange {
    static constexpr std::uint32_t size = 65536;
    int slot = 0;
    std::uint32_t first = 0;  ///< as the server's own user namespace counts
};

/// The namespaces of one cloud, joined by this process.
class Host {
  public:
    virtual ~Host() = default;
    [[nodiscard]] virtual const Options& options() const = 0;
    /// The caller is the machine's real root; false inside a user's own user namespace, where geteuid() is 0 as well.
    [[nodiscard]] virtual bool is_root() const = 0;
    /// The TCP port below which the host's own ports are closed to us. 0 for root, unless the host's SSH daemon or web
    /// server listens on every address.
    [[nodiscard]] virtual int first_open_port() const = 0;
    /// A folder that exists in the private mount namespace only, for mounts; gone with the holder.
    [[nodiscard]] virtual const std::filesystem::path& mounts() const = 0;

    /// The fabric's network namespace, where the bridges are.
    [[nodiscard]] virtual const Descriptor& fabric_namespace() const = 0;
    /// A file that stands for the network namespace called `name`, made if absent; give it to the container runtime.
    virtual std::filesystem::path make_network_namespace(const std::string& name) = 0;
    virtual void remove_network_namespace(const std::string& name) = 0;
    [[nodiscard]] virtual std::filesystem::path network_namespace(const std::string& name) const = 0;
    [[nodiscard]] virtual std::vector<std::string> network_namespaces() const = 0;

    /// The uid range that belongs to the folder `owner`, else the lowest free one. It stays the folder's until the
    /// folder is removed, whoever lives or dies meanwhile. Throws a sentence when none is left.
    [[nodiscard]] virtual UidRange take_uid_range(const std::filesystem::path& owner) = 0;
};

/// Joins the namespaces of the cloud in options.state, starting its holder if none is alive.
/// Call it first in main(), before any thread is started. Throws Unavailable.
[[nodiscard]] std::shared_ptr<Host> enter(const Options& options);

/// Whether a holder of that cloud is alive.
[[nodiscard]] bool alive(const Options& options);

/// Ends every instance of the cloud and its holder; disks stay. The server must have ended. Nothing to end is fine.
void end(const Options& options);

/// Removes `folders` with everything in them, also what belongs to the uids of instances. After end().
void remove(const Options& options, const std::vector<std::filesystem::path>& folders);

/// What the hidden subcommand does; `arguments` are those after it.
int holder_main(const std::vector<std::string>& arguments);

/// Runs `work` in a thread of its own inside a network namespace and waits for it; exceptions come back to the caller.
void in_namespace(const Descriptor& network_namespace, const std::function<void()>& work);

}  // namespace localcloud::host
