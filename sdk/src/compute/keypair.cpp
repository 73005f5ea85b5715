#include "openstack/compute/keypair.hpp"

#include "sdk/src/compute/tables.hpp"

namespace openstack::resource {

using namespace compute;

template <>
const Fields& fields_of<Keypair>() {
    static const Fields fields = table<Keypair>({
        {"name", &Keypair::name},
        {"public_key", &Keypair::public_key},
        {"fingerprint", &Keypair::fingerprint},
        {"type", &Keypair::type},
        {"user_id", &Keypair::user_id},
        {"private_key", &Keypair::private_key, {.secret = true}},
        {"id", &Keypair::id},
        {"created_at", &Keypair::created_at},
        {"updated_at", &Keypair::updated_at},
        {"deleted_at", &Keypair::deleted_at},
        {"deleted", &Keypair::is_deleted},
    });
    return fields;
}

template <>
const Fields& fields_of<KeypairCreate>() {
    static const Fields fields = table<KeypairCreate>({
        {"name", &KeypairCreate::name},
        {"type", &KeypairCreate::type, {.since = "2.2"}},
        {"public_key", &KeypairCreate::public_key},
        {"user_id", &KeypairCreate::user_id, {.since = "2.10"}},
    });
    return fields;
}

template <>
const Fields& fields_of<KeypairQuery>() {
    static const Fields fields = table<KeypairQuery>({
        {"name", &KeypairQuery::name, {.client_side = true}},
        {"user_id", &KeypairQuery::user_id},
        {"limit", &KeypairQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Keypair>() {
    // Since 2.92 Nova generates no keys any more, and nothing that came after 2.35 is needed.
    static const Definition definition{.noun = "keypair",
                                       .path = "/os-keypairs",
                                       .key = "keypair",
                                       .list_key = "keypairs",
                                       .element_key = "keypair",
                                       .paging = Paging::key_links,
                                       .name_filter = NameFilter::none,
                                       .id_key = "name",
                                       .microversion = "2.35"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using compute::Keypair;

Paged<Keypair> ComputeService::keypairs(const compute::KeypairQuery& query,
                                        const CallOptions& options) const {
    return resource::list<Keypair>(adapter_, query, options);
}
Keypair ComputeService::get_keypair(std::string_view name, const CallOptions& options) const {
    return resource::get<Keypair>(adapter_, name, options);
}
Keypair ComputeService::find_keypair(std::string_view name, const CallOptions& options) const {
    return resource::find<Keypair>(adapter_, name, options);
}
std::optional<Keypair> ComputeService::find_keypair_or_null(std::string_view name,
                                                            const CallOptions& options) const {
    return resource::find_or_null<Keypair>(adapter_, name, options);
}
Keypair ComputeService::create_keypair(const compute::KeypairCreate& keypair,
                                       const CallOptions& options) const {
    return resource::create<Keypair>(adapter_, keypair, options);
}
bool ComputeService::delete_keypair(std::string_view name, const CallOptions& options) const {
    return resource::remove<Keypair>(adapter_, name, options);
}

}  // namespace openstack
