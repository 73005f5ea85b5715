// What Keystone of a new cloud holds.
#include <array>

#include "localcloud/api/identity/identity.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::identity {

using state::Kind;

namespace {

struct CatalogEntry {
    std::string_view type, name, path;
};
constexpr std::array catalog_entries{
    CatalogEntry{"identity", "keystone", "/identity/v3"},
    CatalogEntry{"compute", "nova", "/compute/v2.1"},
    CatalogEntry{"network", "neutron", "/network"},
    CatalogEntry{"image", "glance", "/image"},
    CatalogEntry{"load-balancer", "octavia", "/load-balancer"},
    CatalogEntry{"dns", "designate", "/dns"},
    CatalogEntry{"object-store", "swift", "/object-store/v1/AUTH_%(project_id)s"},
};

void add_services(state::Store::Transaction& transaction, const std::string& region) {
    for (const CatalogEntry& entry : catalog_entries) {
        if (transaction.find_by(Kind::service, "type", entry.type) != nullptr) continue;
        const std::string service_id = state::hex_id();
        transaction.put(Kind::service, service_id,
                        {{"name", entry.name}, {"id", service_id}, {"type", entry.type}, {"enabled", true}});
        for (const std::string_view interface : {"public", "internal", "admin"}) {
            const std::string id = state::hex_id();
            transaction.put(Kind::endpoint, id,
                            {{"id", id},
                             {"interface", interface},
                             {"region_id", region},
                             {"service_id", service_id},
                             {"_path", entry.path},
                             {"enabled", true},
                             {"region", region}});
        }
    }
}

}  // namespace

void preload(Cloud& cloud, const Passwords& passwords) {
    auto transaction = cloud.store.write();
    if (transaction.count(Kind::domain) > 0) return;
    transaction.put(Kind::domain, "default",
                    {{"id", "default"},
                     {"name", "Default"},
                     {"description", "The default domain"},
                     {"enabled", true},
                     {"tags", json::array{}},
                     {"options", json::object{}}});
    const auto add_role = [&](std::string_view name, bool immutable) {
        const std::string id = state::hex_id();
        transaction.put(Kind::role, id,
                        {{"id", id},
                         {"name", name},
                         {"domain_id", nullptr},
                         {"description", nullptr},
                         {"options", immutable ? json::object{{"immutable", true}} : json::object{}}});
        return id;
    };
    const std::string admin_role = add_role("admin", true);
    const std::string member_role = add_role("member", true);
    const std::string reader_role = add_role("reader", true);
    const auto add_project = [&](std::string_view name, std::string_view description) {
        const std::string id = state::hex_id();
        transaction.put(Kind::project, id,
                        {{"id", id},
                         {"name", name},
                         {"domain_id", "default"},
                         {"description", description},
                         {"enabled", true},
                         {"parent_id", "default"},
                         {"is_domain", false},
                         {"tags", json::array{}},
                         {"options", json::object{}}});
        return id;
    };
    const std::string admin_project = add_project("admin", "Administration of the cloud");
    const std::string demo_project = add_project("demo", "Where the user demo works");
    const auto add_user = [&](std::string_view name, const std::string& password,
                              const std::string& project) {
        const std::string id = state::hex_id();
        transaction.put(Kind::user, id,
                        {{"id", id},
                         {"name", name},
                         {"domain_id", "default"},
                         {"enabled", true},
                         {"default_project_id", project},
                         {"password_expires_at", nullptr},
                         {"options", json::object{}},
                         {"_password", state::hash_password(password)}});
        return id;
    };
    const auto grant = [&](const std::string& user, const std::string& scope, const std::string& role,
                           std::string_view scope_member) {
        transaction.put(Kind::assignment, user + "|" + scope + "|" + role,
                        {{"user_id", user}, {"role_id", role}, {scope_member, scope}});
    };
    const std::string admin = add_user("admin", passwords.admin, admin_project);
    const std::string demo = add_user("demo", passwords.demo, demo_project);
    for (const std::string& role : {admin_role, member_role, reader_role}) {
        grant(admin, admin_project, role, "project_id");
        grant(admin, "system", role, "system");
    }
    grant(admin, demo_project, admin_role, "project_id");
    grant(demo, demo_project, member_role, "project_id");
    grant(demo, demo_project, reader_role, "project_id");
    add_services(transaction, cloud.region);
    transaction.commit();
}

void complete_catalog(Cloud& cloud) {
    auto transaction = cloud.store.write();
    if (transaction.count(Kind::service) == 0) return;
    add_services(transaction, cloud.region);
    transaction.commit();
}

}  // namespace localcloud::api::identity
