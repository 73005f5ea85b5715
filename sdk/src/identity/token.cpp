#include "openstack/identity/token.hpp"

#include "sdk/src/identity/tables.hpp"

namespace openstack::resource {

using namespace identity;

template <>
const Fields& fields_of<Reference>() {
    static const Fields fields = table<Reference>({{"id", &Reference::id}, {"name", &Reference::name}});
    return fields;
}

template <>
const Fields& fields_of<TokenRole>() {
    static const Fields fields = table<TokenRole>({
        {"id", &TokenRole::id},
        {"name", &TokenRole::name},
        {"domain_id", &TokenRole::domain_id},
        {"description", &TokenRole::description},
        {"options", &TokenRole::options},
    });
    return fields;
}

template <>
const Fields& fields_of<ScopedReference>() {
    static const Fields fields = table<ScopedReference>({
        {"id", &ScopedReference::id},
        {"name", &ScopedReference::name},
        {"domain", &ScopedReference::domain},
    });
    return fields;
}

template <>
const Fields& fields_of<TokenUser>() {
    static const Fields fields = table<TokenUser>({
        {"id", &TokenUser::id},
        {"name", &TokenUser::name},
        {"domain", &TokenUser::domain},
        {"password_expires_at", &TokenUser::password_expires_at},
    });
    return fields;
}

template <>
const Fields& fields_of<CatalogEndpoint>() {
    static const Fields fields = table<CatalogEndpoint>({
        {"id", &CatalogEndpoint::id},
        {"interface", &CatalogEndpoint::interface},
        {"region_id", &CatalogEndpoint::region_id},
        {"region", &CatalogEndpoint::region},
        {"url", &CatalogEndpoint::url},
    });
    return fields;
}

template <>
const Fields& fields_of<CatalogEntry>() {
    static const Fields fields = table<CatalogEntry>({
        {"id", &CatalogEntry::id},
        {"type", &CatalogEntry::type},
        {"name", &CatalogEntry::name},
        {"endpoints", &CatalogEntry::endpoints},
    });
    return fields;
}

template <>
const Fields& fields_of<TokenInfo>() {
    static const Fields fields = table<TokenInfo>({
        {"user", &TokenInfo::user},
        {"project", &TokenInfo::project},
        {"domain", &TokenInfo::domain},
        {"system", &TokenInfo::system},
        {"roles", &TokenInfo::roles},
        {"methods", &TokenInfo::methods},
        {"issued_at", &TokenInfo::issued_at},
        {"expires_at", &TokenInfo::expires_at},
        {"audit_ids", &TokenInfo::audit_ids},
        {"is_domain", &TokenInfo::is_domain},
        {"application_credential", &TokenInfo::application_credential},
        {"OS-TRUST:trust", &TokenInfo::trust},
        {"catalog", &TokenInfo::catalog},
    });
    return fields;
}

}  // namespace openstack::resource

namespace openstack {

std::vector<identity::CatalogEntry> IdentityService::catalog(const CallOptions& options) const {
    const Request request{.path = "/auth/catalog"};
    std::vector<identity::CatalogEntry> entries;
    resource::decode_response(adapter_.request(request, options), request, {.key_path = {"catalog"}},
                              resource::value_type<std::vector<identity::CatalogEntry>>, &entries);
    return entries;
}

}  // namespace openstack
