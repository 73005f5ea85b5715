#include "openstack/identity/project.hpp"

#include "sdk/src/identity/tables.hpp"

namespace openstack::resource {

using namespace identity;

template <>
const Fields& fields_of<Project>() {
    static const Fields fields = table<Project>({
        {"id", &Project::id},
        {"name", &Project::name},
        {"domain_id", &Project::domain_id},
        {"parent_id", &Project::parent_id},
        {"description", &Project::description},
        {"enabled", &Project::is_enabled},
        {"is_domain", &Project::is_domain},
        {"tags", &Project::tags},
        {"options", &Project::options},
        {"subtree", &Project::subtree},
        {"parents", &Project::parents},
        {"extra", &Project::extra_attributes},
        {"links", &Project::links},
    });
    return fields;
}

template <>
const Fields& fields_of<ProjectCreate>() {
    static const Fields fields = table<ProjectCreate>({
        {"name", &ProjectCreate::name},
        {"domain_id", &ProjectCreate::domain_id},
        {"parent_id", &ProjectCreate::parent_id},
        {"description", &ProjectCreate::description},
        {"enabled", &ProjectCreate::is_enabled},
        {"tags", &ProjectCreate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<ProjectUpdate>() {
    static const Fields fields = table<ProjectUpdate>({
        {"name", &ProjectUpdate::name},
        {"description", &ProjectUpdate::description},
        {"enabled", &ProjectUpdate::is_enabled},
        {"tags", &ProjectUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<ProjectQuery>() {
    static const Fields fields = table<ProjectQuery>({
        {"name", &ProjectQuery::name},
        {"domain_id", &ProjectQuery::domain_id},
        {"parent_id", &ProjectQuery::parent_id},
        {"enabled", &ProjectQuery::is_enabled},
        {"is_domain", &ProjectQuery::is_domain},
        {"tags", &ProjectQuery::tags},
        {"limit", &ProjectQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Project>() {
    static const Definition definition{.noun = "project",
                                       .path = "/projects",
                                       .key = "project",
                                       .list_key = "projects",
                                       .paging = Paging::links_object,
                                       .update_method = "PATCH"};
    return definition;
}

template <>
const Fields& fields_of<Domain>() {
    static const Fields fields = table<Domain>({
        {"id", &Domain::id},
        {"name", &Domain::name},
        {"description", &Domain::description},
        {"enabled", &Domain::is_enabled},
        {"tags", &Domain::tags},
        {"options", &Domain::options},
        {"links", &Domain::links},
    });
    return fields;
}

template <>
const Definition& definition_of<Domain>() {
    static const Definition definition{.noun = "domain",
                                       .path = "/domains",
                                       .key = "domain",
                                       .list_key = "domains",
                                       .paging = Paging::links_object,
                                       .update_method = "PATCH"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using identity::Project;

Paged<Project> IdentityService::projects(const identity::ProjectQuery& query,
                                         const CallOptions& options) const {
    return resource::list<Project>(adapter_, query, options);
}
Paged<Project> IdentityService::user_projects(const CallOptions& options) const {
    return resource::list<Project>(adapter_, resource::ListRequest{.path = "/auth/projects"}, options);
}
Project IdentityService::get_project(const Id& project, const CallOptions& options) const {
    return resource::get<Project>(adapter_, project, options);
}
Project IdentityService::find_project(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Project>(adapter_, name_or_id, options);
}
std::optional<Project> IdentityService::find_project_or_null(std::string_view name_or_id,
                                                             const CallOptions& options) const {
    return resource::find_or_null<Project>(adapter_, name_or_id, options);
}
Project IdentityService::create_project(const identity::ProjectCreate& project,
                                        const CallOptions& options) const {
    return resource::create<Project>(adapter_, project, options);
}
Project IdentityService::update_project(const Id& project, const identity::ProjectUpdate& changes,
                                        const CallOptions& options) const {
    return resource::update<Project>(adapter_, project, changes, options);
}
bool IdentityService::delete_project(const Id& project, const CallOptions& options) const {
    return resource::remove<Project>(adapter_, project, options);
}
Paged<identity::Domain> IdentityService::domains(const CallOptions& options) const {
    return resource::list<identity::Domain>(adapter_, resource::ListRequest{}, options);
}

}  // namespace openstack
