// DNS (Designate): zones and their recordsets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/call_options.hpp"
#include "openstack/dns/recordset.hpp"
#include "openstack/dns/zone.hpp"
#include "openstack/field.hpp"
#include "openstack/paged.hpp"
#include "openstack/wait.hpp"

namespace openstack {

/// Cheap to copy, thread-safe. A `find_…` takes a name or an ID and throws NotFound (which lists what there is) or
/// DuplicateResource (which lists the IDs); `find_…_or_null` returns nothing instead of NotFound. A `delete_…`
/// returns false when there was nothing to delete.
///
/// Names of zones and recordsets end in a dot ("www.example.org."); `find_…` adds it where it is missing, a
/// creation sends what it is given, and Designate refuses a name without it. What is changed is PENDING until the
/// name servers have it: the `wait_for_…` wait for that.
class DnsService {
  public:
    explicit DnsService(Adapter adapter) : adapter_(std::move(adapter)) {}
    /// For what is not modelled here.
    [[nodiscard]] const Adapter& adapter() const { return adapter_; }

    /// The same, in the zones of all projects; for administrators.
    [[nodiscard]] DnsService all_projects() const;
    /// The same, in the zones of another project; for administrators.
    [[nodiscard]] DnsService sudo_project(std::string project_id) const;

    // Zones
    [[nodiscard]] Paged<dns::Zone> zones(const dns::ZoneQuery& query = {},
                                         const CallOptions& options = {}) const;
    [[nodiscard]] dns::Zone get_zone(const Id& zone, const CallOptions& options = {}) const;
    [[nodiscard]] dns::Zone find_zone(std::string_view name_or_id, const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<dns::Zone> find_zone_or_null(std::string_view name_or_id,
                                                             const CallOptions& options = {}) const;
    dns::Zone create_zone(const dns::ZoneCreate& zone, const CallOptions& options = {}) const;
    dns::Zone update_zone(const Id& zone, const dns::ZoneUpdate& changes,
                          const CallOptions& options = {}) const;
    bool delete_zone(const Id& zone, const CallOptions& options = {}) const;
    /// Until it has the status; ERROR fails unless it is what is waited for.
    dns::Zone wait_for_zone(const Id& zone, std::string_view status = dns::Status::active,
                            const WaitOptions& wait = {}) const;
    /// Until there is no such zone any more.
    void wait_for_delete_zone(const Id& zone, const WaitOptions& wait = {}) const;
    /// The servers that answer for it.
    [[nodiscard]] std::vector<dns::ZoneNameserver> zone_nameservers(const Id& zone,
                                                                    const CallOptions& options = {}) const;

    // Recordsets, of a zone or of all zones
    [[nodiscard]] Paged<dns::Recordset> recordsets(const Id& zone, const dns::RecordsetQuery& query = {},
                                                   const CallOptions& options = {}) const;
    [[nodiscard]] Paged<dns::Recordset> recordsets(const dns::RecordsetQuery& query = {},
                                                   const CallOptions& options = {}) const;
    [[nodiscard]] dns::Recordset get_recordset(const Id& recordset, const Id& zone,
                                               const CallOptions& options = {}) const;
    /// A name may have one recordset of each type: `type` says which is meant.
    [[nodiscard]] dns::Recordset find_recordset(const Id& zone, std::string_view name_or_id,
                                                std::string_view type = {},
                                                const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<dns::Recordset> find_recordset_or_null(const Id& zone,
                                                                       std::string_view name_or_id,
                                                                       std::string_view type = {},
                                                                       const CallOptions& options = {}) const;
    dns::Recordset create_recordset(const Id& zone, const dns::RecordsetCreate& recordset,
                                    const CallOptions& options = {}) const;
    dns::Recordset update_recordset(const Id& recordset, const Id& zone, const dns::RecordsetUpdate& changes,
                                    const CallOptions& options = {}) const;
    bool delete_recordset(const Id& recordset, const Id& zone, const CallOptions& options = {}) const;
    /// Until it has the status; ERROR fails unless it is what is waited for.
    dns::Recordset wait_for_recordset(const Id& recordset, const Id& zone,
                                      std::string_view status = dns::Status::active,
                                      const WaitOptions& wait = {}) const;

    // What may be sent, and what a project may have
    [[nodiscard]] dns::Limits get_limits(const CallOptions& options = {}) const;
    /// Of the token's project when `project` is empty.
    [[nodiscard]] dns::Quota get_quota(std::string_view project = {}, const CallOptions& options = {}) const;
    dns::Quota update_quota(const Id& project, const dns::QuotaUpdate& quota,
                            const CallOptions& options = {}) const;
    /// Back to the cloud's defaults.
    bool delete_quota(const Id& project, const CallOptions& options = {}) const;

  private:
    Adapter adapter_;
};

}  // namespace openstack
