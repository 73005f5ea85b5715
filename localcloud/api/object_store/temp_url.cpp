// TempURL: a signature in the query stands for a token.
#include <array>
#include <charconv>

#include "localcloud/api/object_store/object_store_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::object_store {

using state::Kind;

namespace {

ApiError invalid() {
    ApiError error{401, "401 Unauthorized: Temp URL invalid\n", "plain"};
    error.headers.set("Www-Authenticate", "Swift realm=\"unknown\"");
    return error;
}

std::optional<state::Hash> algorithm_of(const std::string& signature) {
    switch (signature.size()) {
        case 40:
            return state::Hash::sha1;
        case 64:
            return state::Hash::sha256;
        case 128:
            return state::Hash::sha512;
        default:
            return std::nullopt;
    }
}

/// Seconds since 1970, from a number or an ISO time.
std::optional<std::int64_t> read_time(const std::string& value) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && end == value.data() + value.size()) return seconds;
    state::Time time;
    if (!state::parse_iso(value, time)) return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::vector<std::string> keys_of(const state::View& view, const std::string& account,
                                 const std::string& container) {
    std::vector<std::string> keys;
    const auto add = [&](const Document* document, const std::string& kind) {
        if (document == nullptr) return;
        for (const char* suffix : {"Temp-Url-Key", "Temp-Url-Key-2"}) {
            const std::string key = text(object(*document, "metadata"), "X-" + kind + "-Meta-" + suffix);
            if (!key.empty()) keys.push_back(key);
        }
    };
    add(view.find(Kind::account, account), "Account");
    add(view.find(Kind::container, account + "/" + container), "Container");
    return keys;
}

/// What a signature for another method permits too: one for GET or PUT also permits HEAD.
std::vector<std::string> methods_for(const std::string& method) {
    if (method == "HEAD") return {"HEAD", "GET", "POST", "PUT"};
    return {method};
}

}  // namespace

std::optional<std::string> ObjectStoreService::temp_url_expiry(const Call& call) const {
    if (!call.has_query("temp_url_sig") && !call.has_query("temp_url_expires")) return std::nullopt;
    const std::string signature = call.query("temp_url_sig");
    const auto expires = read_time(call.query("temp_url_expires"));
    const auto algorithm = algorithm_of(signature);
    if (!expires || !algorithm) throw invalid();
    const auto now = std::chrono::floor<std::chrono::seconds>(state::now()).time_since_epoch().count();
    if (*expires < now) throw invalid();
    const std::string& account = call.param("account");
    const std::string& container = call.param("container");
    const std::string& name = call.param("object");
    std::string signed_name = name;
    std::string marker;
    if (call.has_query("temp_url_prefix")) {
        signed_name = call.query("temp_url_prefix");
        if (!name.starts_with(signed_name)) throw invalid();
        marker = "prefix:";
    }
    const std::string path = "/v1/" + account + "/" + container + "/" + signed_name;
    std::vector<std::string> keys;
    {
        const auto view = cloud_.store.read();
        keys = keys_of(view, account, container);
    }
    for (const std::string& key : keys) {
        for (const std::string& method : methods_for(call.request.method)) {
            // Some sign the path below the service, some the whole path of the URL.
            for (const std::string& signed_path : {path, prefix() + path}) {
                const std::string text =
                    method + "\n" + std::to_string(*expires) + "\n" + marker + signed_path;
                if (state::equal_secrets(state::hmac_hex(*algorithm, key, text), signature)) {
                    return state::http_date(state::Time{std::chrono::seconds{*expires}});
                }
            }
        }
    }
    throw invalid();
}

}  // namespace localcloud::api::object_store
