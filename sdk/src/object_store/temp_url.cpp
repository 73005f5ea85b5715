// TempURLs: a signature of method, expiry and path with a key that the store knows, too.
#include <chrono>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/object_store/tables.hpp"
#include "sdk/src/resource/digest.hpp"

namespace openstack {
namespace {

/// "http://127.0.0.1:8080" and "/v1/AUTH_abc".
std::pair<std::string, std::string> split_endpoint(const std::string& endpoint) {
    const auto scheme = endpoint.find("://");
    const auto slash = endpoint.find('/', scheme == std::string::npos ? 0 : scheme + 3);
    if (scheme == std::string::npos || slash == std::string::npos) {
        throw Error("The object store's endpoint " + endpoint +
                    " names no account, so no TempURL can be made");
    }
    return {endpoint.substr(0, slash), endpoint.substr(slash)};
}

}  // namespace

std::string ObjectStoreService::generate_temp_url(const object_store::TempUrl& what,
                                                  const CallOptions& options) const {
    using namespace std::chrono;
    if (what.digest != "sha1" && what.digest != "sha256" && what.digest != "sha512") {
        throw Error("A TempURL is signed with sha1, sha256 or sha512, not \"" + what.digest + "\"");
    }
    const std::string key = what.key.empty() ? get_account(options).temp_url_key : what.key;
    if (key.empty()) {
        throw Error("The account has no key for TempURLs; set one with set_account_temp_url_key");
    }
    const auto expires =
        what.expires ? duration_cast<seconds>(what.expires->time_since_epoch())
                     : duration_cast<seconds>(system_clock::now().time_since_epoch()) + what.valid_for;
    const auto [origin, account] = split_endpoint(adapter_.endpoint(options));
    // Signed is the path as it is stored, sent is the path as URLs need it. A prefix may be empty: all objects.
    const std::string stored = account + "/" + what.container + "/" + what.object;
    const std::string sent = account + object_store::container_path(what.container) + "/" +
                             object_store::encode_object_name(what.object);
    const std::string text = what.method + "\n" + std::to_string(expires.count()) + "\n" +
                             (what.is_prefix ? "prefix:" : "") + stored;
    std::string url = origin + sent + "?temp_url_sig=" + resource::hmac(what.digest, key, text) +
                      "&temp_url_expires=" + std::to_string(expires.count());
    if (what.is_prefix) {
        url += "&temp_url_prefix=" + encode_path_segment(what.object);
    }
    if (!what.filename.empty()) {
        url += "&filename=" + encode_path_segment(what.filename);
    }
    return url;
}

}  // namespace openstack
