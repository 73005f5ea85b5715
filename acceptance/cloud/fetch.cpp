#include "acceptance/cloud/fetch.hpp"

#include <curl/curl.h>

#include <memory>
#include <stdexcept>

namespace acceptance::cloud {
namespace {

constexpr std::size_t largest_body = std::size_t{64} << 20U;

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

std::size_t append(const char* data, std::size_t size, std::size_t count, void* body) {
    auto& text = *static_cast<std::string*>(body);
    if (text.size() + size * count > largest_body) return 0;
    text.append(data, size * count);
    return size * count;
}

Handle handle(const std::string& url, std::chrono::seconds timeout) {
    Handle curl(curl_easy_init(), &curl_easy_cleanup);
    if (!curl) throw std::runtime_error("libcurl cannot be used");
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, static_cast<long>(timeout.count()));
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 20L);
    return curl;
}

Fetched perform(const Handle& curl, const std::string& url, const openstack::CloudConfig& cloud) {
    Fetched fetched;
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &fetched.body);
    const auto authorities = cloud.cacert();
    if (!authorities.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, authorities.c_str());
    if (!cloud.verify()) {
        curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (const auto code = curl_easy_perform(curl.get()); code != CURLE_OK)
        // What follows a "?" may be a signature that opens something.
        throw std::runtime_error(url.substr(0, url.find('?')) + ": " + curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    fetched.status = static_cast<int>(status);
    return fetched;
}

}  // namespace

Fetched fetch(const std::string& url, const openstack::CloudConfig& cloud, std::chrono::seconds timeout) {
    return perform(handle(url, timeout), url, cloud);
}

Fetched post(const std::string& url, const std::string& json, const openstack::CloudConfig& cloud,
             std::chrono::seconds timeout) {
    const auto curl = handle(url, timeout);
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
        curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all);
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, json.c_str());
    return perform(curl, url, cloud);
}

bool accepts(const std::string& address, int port, std::chrono::seconds timeout) {
    const auto curl = handle("http://" + address + ":" + std::to_string(port), timeout);
    curl_easy_setopt(curl.get(), CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
    return curl_easy_perform(curl.get()) == CURLE_OK;
}

}  // namespace acceptance::cloud
