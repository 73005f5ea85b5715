// Identity (Keystone): projects, domains, and what the token in use says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/call_options.hpp"
#include "openstack/field.hpp"
#include "openstack/identity/project.hpp"
#include "openstack/identity/token.hpp"
#include "openstack/paged.hpp"

namespace openstack {

/// Cheap to copy, thread-safe. A `find_…` takes a name or an ID and throws NotFound or DuplicateResource;
/// `find_…_or_null` returns nothing instead of NotFound.
class IdentityService {
  public:
    explicit IdentityService(Adapter adapter) : adapter_(std::move(adapter)) {}
    /// For what is not modelled here.
    [[nodiscard]] const Adapter& adapter() const { return adapter_; }

    // Projects; all but user_projects are for administrators
    [[nodiscard]] Paged<identity::Project> projects(const identity::ProjectQuery& query = {},
                                                    const CallOptions& options = {}) const;
    /// Those that the token's user can work in.
    [[nodiscard]] Paged<identity::Project> user_projects(const CallOptions& options = {}) const;
    [[nodiscard]] identity::Project get_project(const Id& project, const CallOptions& options = {}) const;
    [[nodiscard]] identity::Project find_project(std::string_view name_or_id,
                                                 const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<identity::Project> find_project_or_null(
        std::string_view name_or_id, const CallOptions& options = {}) const;
    identity::Project create_project(const identity::ProjectCreate& project,
                                     const CallOptions& options = {}) const;
    identity::Project update_project(const Id& project, const identity::ProjectUpdate& changes,
                                     const CallOptions& options = {}) const;
    bool delete_project(const Id& project, const CallOptions& options = {}) const;

    [[nodiscard]] Paged<identity::Domain> domains(const CallOptions& options = {}) const;

    /// The services that the token in use can reach.
    [[nodiscard]] std::vector<identity::CatalogEntry> catalog(const CallOptions& options = {}) const;

  private:
    Adapter adapter_;
};

}  // namespace openstack
