// Compute (Nova): servers and what they are made of.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/call_options.hpp"
#include "openstack/compute/flavor.hpp"
#include "openstack/compute/keypair.hpp"
#include "openstack/compute/limits.hpp"
#include "openstack/compute/server.hpp"
#include "openstack/field.hpp"
#include "openstack/paged.hpp"
#include "openstack/wait.hpp"

namespace openstack {

/// Cheap to copy, thread-safe. A `find_…` takes a name or an ID and throws NotFound (which lists what there is) or
/// DuplicateResource (which lists the IDs); `find_…_or_null` returns nothing instead of NotFound. A `delete_…`
/// returns false when there was nothing to delete.
class ComputeService {
  public:
    explicit ComputeService(Adapter adapter) : adapter_(std::move(adapter)) {}
    /// For what is not modelled here.
    [[nodiscard]] const Adapter& adapter() const { return adapter_; }

    // Servers
    [[nodiscard]] Paged<compute::Server> servers(const compute::ServerQuery& query = {},
                                                 const CallOptions& options = {}) const;
    [[nodiscard]] compute::Server get_server(const Id& server, const CallOptions& options = {}) const;
    [[nodiscard]] compute::Server find_server(std::string_view name_or_id,
                                              const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<compute::Server> find_server_or_null(std::string_view name_or_id,
                                                                     const CallOptions& options = {}) const;
    /// The answer has an ID and the administrator's password, the rest is known later: see wait_for_server.
    compute::Server create_server(const compute::ServerCreate& server, const CallOptions& options = {}) const;
    compute::Server update_server(const Id& server, const compute::ServerUpdate& changes,
                                  const CallOptions& options = {}) const;
    bool delete_server(const Id& server, const CallOptions& options = {}) const;

    /// Until it is ACTIVE. Throws ResourceFailed with Nova's fault when it goes to ERROR.
    compute::Server wait_for_server(const Id& server, const WaitOptions& wait = {}) const;
    /// Until it has the status and no task is running; ERROR fails unless it is what is waited for.
    compute::Server wait_for_status(const Id& server, std::string_view status,
                                    const WaitOptions& wait = {}) const;
    /// Until there is no such server any more.
    void wait_for_delete(const Id& server, const WaitOptions& wait = {}) const;

    // Actions on servers. All return when Nova has accepted them; wait_for_status waits for the end.
    void start_server(const Id& server, const CallOptions& options = {}) const;
    void stop_server(const Id& server, const CallOptions& options = {}) const;
    void reboot_server(const Id& server, bool hard = false, const CallOptions& options = {}) const;
    compute::Server rebuild_server(const Id& server, const compute::ServerRebuild& rebuild,
                                   const CallOptions& options = {}) const;
    void resize_server(const Id& server, const Id& flavor, const CallOptions& options = {}) const;
    void confirm_server_resize(const Id& server, const CallOptions& options = {}) const;
    void revert_server_resize(const Id& server, const CallOptions& options = {}) const;
    void pause_server(const Id& server, const CallOptions& options = {}) const;
    void unpause_server(const Id& server, const CallOptions& options = {}) const;
    void suspend_server(const Id& server, const CallOptions& options = {}) const;
    void resume_server(const Id& server, const CallOptions& options = {}) const;
    void shelve_server(const Id& server, const CallOptions& options = {}) const;
    void unshelve_server(const Id& server, const CallOptions& options = {}) const;
    void lock_server(const Id& server, std::string_view reason = {}, const CallOptions& options = {}) const;
    void unlock_server(const Id& server, const CallOptions& options = {}) const;
    /// Makes an image of the server's disk; returns the image's ID.
    std::string create_server_image(const Id& server, std::string_view name,
                                    const std::map<std::string, std::string>& metadata = {},
                                    const CallOptions& options = {}) const;
    /// What the guest wrote to its console: the last `length` lines, or all that Nova keeps.
    [[nodiscard]] std::string get_server_console_output(const Id& server, std::optional<int> length = {},
                                                        const CallOptions& options = {}) const;
    /// On all ports of the server, like the following; a group that is there already is no error.
    void add_security_group_to_server(const Id& server, std::string_view group,
                                      const CallOptions& options = {}) const;
    void remove_security_group_from_server(const Id& server, std::string_view group,
                                           const CallOptions& options = {}) const;
    [[nodiscard]] std::map<std::string, std::string> get_server_metadata(
        const Id& server, const CallOptions& options = {}) const;
    /// Adds and replaces; other keys stay.
    void set_server_metadata(const Id& server, const std::map<std::string, std::string>& metadata,
                             const CallOptions& options = {}) const;
    void delete_server_metadata(const Id& server, const std::vector<std::string>& keys,
                                const CallOptions& options = {}) const;
    /// Replaces all tags.
    void set_server_tags(const Id& server, const std::vector<std::string>& tags,
                         const CallOptions& options = {}) const;
    [[nodiscard]] Paged<compute::ServerAction> server_actions(const Id& server,
                                                              const CallOptions& options = {}) const;
    [[nodiscard]] compute::ServerAction get_server_action(const Id& server, std::string_view request_id,
                                                          const CallOptions& options = {}) const;
    [[nodiscard]] Paged<compute::ServerInterface> server_interfaces(const Id& server,
                                                                    const CallOptions& options = {}) const;
    compute::ServerInterface create_server_interface(const Id& server,
                                                     const compute::ServerInterfaceCreate& interface,
                                                     const CallOptions& options = {}) const;
    bool delete_server_interface(const Id& server, const Id& port, const CallOptions& options = {}) const;

    // Flavors
    [[nodiscard]] Paged<compute::Flavor> flavors(const compute::FlavorQuery& query = {},
                                                 const CallOptions& options = {}) const;
    [[nodiscard]] compute::Flavor get_flavor(const Id& flavor, const CallOptions& options = {}) const;
    [[nodiscard]] compute::Flavor find_flavor(std::string_view name_or_id,
                                              const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<compute::Flavor> find_flavor_or_null(std::string_view name_or_id,
                                                                     const CallOptions& options = {}) const;
    compute::Flavor create_flavor(const compute::FlavorCreate& flavor, const CallOptions& options = {}) const;
    bool delete_flavor(const Id& flavor, const CallOptions& options = {}) const;
    /// Adds and replaces.
    void set_flavor_extra_specs(const Id& flavor, const std::map<std::string, std::string>& specs,
                                const CallOptions& options = {}) const;

    // Keypairs, which are known by name
    [[nodiscard]] Paged<compute::Keypair> keypairs(const compute::KeypairQuery& query = {},
                                                   const CallOptions& options = {}) const;
    [[nodiscard]] compute::Keypair get_keypair(std::string_view name, const CallOptions& options = {}) const;
    [[nodiscard]] compute::Keypair find_keypair(std::string_view name, const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<compute::Keypair> find_keypair_or_null(std::string_view name,
                                                                       const CallOptions& options = {}) const;
    /// Imports a public key; without one Nova generates a key, and the answer has its private half.
    compute::Keypair create_keypair(const compute::KeypairCreate& keypair,
                                    const CallOptions& options = {}) const;
    bool delete_keypair(std::string_view name, const CallOptions& options = {}) const;

    // What there is and what may be used
    [[nodiscard]] Paged<compute::AvailabilityZone> availability_zones(bool details = false,
                                                                      const CallOptions& options = {}) const;
    [[nodiscard]] compute::Limits get_limits(const CallOptions& options = {}) const;
    /// Of the token's project when `project` is empty; `usage` asks for what is in use, too.
    [[nodiscard]] compute::QuotaSet get_quota_set(std::string_view project = {}, bool usage = false,
                                                  const CallOptions& options = {}) const;
    /// What a project has that nobody gave another quota; the token's when `project` is empty.
    [[nodiscard]] compute::QuotaSet get_quota_set_defaults(std::string_view project = {},
                                                           const CallOptions& options = {}) const;
    compute::QuotaSet update_quota_set(const Id& project, const compute::QuotaSetUpdate& quotas,
                                       const CallOptions& options = {}) const;
    /// Back to the defaults.
    void revert_quota_set(const Id& project, const CallOptions& options = {}) const;

  private:
    Adapter adapter_;
};

}  // namespace openstack
