// The account: what all containers add up to, and the keys of TempURLs.
#include <utility>

#include "sdk/src/object_store/tables.hpp"
#include "sdk/src/resource/digest.hpp"

namespace openstack::resource {

using namespace object_store;

template <>
const Fields& fields_of<Account>() {
    static const Fields fields = table<Account>({
        {"X-Account-Container-Count", &Account::container_count, {.header = true}},
        {"X-Account-Object-Count", &Account::object_count, {.header = true}},
        {"X-Account-Bytes-Used", &Account::bytes_used, {.header = true}},
        {"X-Account-Meta-Temp-URL-Key", &Account::temp_url_key, {.secret = true, .header = true}},
        {"X-Account-Meta-Temp-URL-Key-2", &Account::temp_url_key_2, {.secret = true, .header = true}},
        {"X-Account-Project-Domain-Id", &Account::project_domain_id, {.header = true}},
        {"X-Account-Meta-Quota-Bytes", &Account::quota_bytes, {.header = true}},
        {"X-Account-Meta-*", &Account::metadata, {.header = true}},
        {"X-Account-Storage-Policy-*", &Account::policy_usage, {.header = true}},
        {"X-Timestamp", &Account::timestamp, {.header = true}},
    });
    return fields;
}

}  // namespace openstack::resource

namespace openstack {

namespace object_store {

std::vector<std::string> secret_headers() {
    std::vector<std::string> names = resource::fields_of<Account>().secret_keys();
    const auto& more = resource::fields_of<Container>().secret_keys();
    names.insert(names.end(), more.begin(), more.end());
    return names;
}

}  // namespace object_store

namespace {

void post_account(const Adapter& adapter, Headers headers, const CallOptions& options) {
    static_cast<void>(adapter.request(Request{.method = "POST",
                                              .headers = std::move(headers),
                                              .repeatable = true,
                                              .secret_fields = object_store::secret_headers()},
                                      options));
}

}  // namespace

object_store::Account ObjectStoreService::get_account(const CallOptions& options) const {
    const Response response =
        adapter_.request(Request{.method = "HEAD", .secret_fields = object_store::secret_headers()}, options);
    object_store::Account account;
    resource::decode_headers(response.headers, resource::fields_of<object_store::Account>(), &account);
    return account;
}

void ObjectStoreService::set_account_metadata(const object_store::Metadata& metadata,
                                              const CallOptions& options) const {
    Headers headers;
    for (const auto& [key, value] : metadata) {
        headers.add("X-Account-Meta-" + key, value);
    }
    post_account(adapter_, std::move(headers), options);
}

void ObjectStoreService::delete_account_metadata(const std::vector<std::string>& keys,
                                                 const CallOptions& options) const {
    Headers headers;
    for (const std::string& key : keys) {
        headers.add("X-Remove-Account-Meta-" + key, "x");
    }
    post_account(adapter_, std::move(headers), options);
}

void ObjectStoreService::set_account_temp_url_key(std::string_view key, bool secondary,
                                                  const CallOptions& options) const {
    const std::string name = secondary ? "X-Account-Meta-Temp-URL-Key-2" : "X-Account-Meta-Temp-URL-Key";
    post_account(adapter_, Headers{{name, std::string(key)}}, options);
}

std::string ObjectStoreService::ensure_account_temp_url_key(const CallOptions& options) const {
    std::string key = get_account(options).temp_url_key;
    if (key.empty()) {
        key = resource::random_hex(32);
        set_account_temp_url_key(key, false, options);
    }
    return key;
}

}  // namespace openstack
