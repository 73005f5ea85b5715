// Accounts: one for each project, there as soon as somebody looks.
#include "localcloud/api/object_store/object_store_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::object_store {

using state::Kind;

Headers ObjectStoreService::account_headers(const state::View& view, const std::string& account) const {
    std::size_t containers = 0;
    std::int64_t bytes = 0;
    const auto objects = view.range(Kind::object, account + "/");
    for (const auto& [key, object] : objects)
        bytes += integer(*object, "bytes");
    containers = view.range(Kind::container, account + "/").size();
    Headers headers;
    headers.set("X-Account-Container-Count", std::to_string(containers));
    headers.set("X-Account-Object-Count", std::to_string(objects.size()));
    headers.set("X-Account-Bytes-Used", std::to_string(bytes));
    const Document* stored = view.find(Kind::account, account);
    const std::string time =
        stored == nullptr ? state::unix_timestamp(state::now()) : text(*stored, "timestamp");
    headers.set("X-Timestamp", time);
    if (stored == nullptr) headers.set("X-Put-Timestamp", time);
    if (containers > 0) {
        const std::string policy = "X-Account-Storage-Policy-Policy-0-";
        headers.set(policy + "Container-Count", std::to_string(containers));
        headers.set(policy + "Object-Count", std::to_string(objects.size()));
        headers.set(policy + "Bytes-Used", std::to_string(bytes));
    }
    if (stored != nullptr) {
        add_metadata(headers, *stored);
        headers.set("Accept-Ranges", "bytes");
        headers.set("X-Account-Project-Domain-Id", "default");
    }
    return headers;
}

void ObjectStoreService::add_account_routes() {
    const std::string path = "/v1/{account}";
    const auto list = [this](const Call& call) {
        authorize(call, Need::owner);
        const Listing listing = read_listing(call);
        const std::string& account = call.param("account");
        remove_expired(account + "/");
        const auto view = cloud_.store.read();
        const auto names =
            select_names(view.range(Kind::container, account + "/"), account.size() + 1, listing);
        const auto describe = [&](const ListedName& name) {
            std::int64_t bytes = 0;
            const auto objects = view.range(Kind::object, account + "/" + name.name + "/");
            for (const auto& [key, object] : objects)
                bytes += integer(*object, "bytes");
            return json::object{{"name", name.name},
                                {"count", objects.size()},
                                {"bytes", bytes},
                                {"last_modified", text(*name.document, "last_modified")}};
        };
        return listing_response(listing, names, describe, account_headers(view, account));
    };
    route("GET", path, list, Access::anyone);
    route("GET", path + "/", list, Access::anyone);
    route(
        "HEAD", path,
        [this](const Call& call) {
            authorize(call, Need::owner);
            remove_expired(call.param("account") + "/");
            const auto view = cloud_.store.read();
            // Of an account that nobody has used Swift answers as of its listing, which has a body in JSON.
            const bool used = view.find(Kind::account, call.param("account")) != nullptr;
            Response response{.status = !used && read_listing(call).as_json ? 200 : 204,
                              .headers = account_headers(view, call.param("account"))};
            response.headers.set("Content-Type", "application/json; charset=utf-8");
            response.headers.set("Content-Length", "0");
            if (!call.has_query("format")) response.headers.set("Vary", "Accept");
            return response;
        },
        Access::anyone);
    route(
        "POST", path,
        [this](const Call& call) {
            authorize(call, Need::owner);
            const std::string& account = call.param("account");
            auto transaction = cloud_.store.write();
            Document document{{"timestamp", state::unix_timestamp(state::now())}};
            if (const Document* stored = transaction.find(Kind::account, account)) document = *stored;
            update_metadata(document, call.request, "Account");
            transaction.put(Kind::account, account, std::move(document));
            transaction.commit();
            return page(204);
        },
        Access::anyone);
}

}  // namespace localcloud::api::object_store
