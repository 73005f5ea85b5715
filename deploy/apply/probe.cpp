#include "deploy/apply/probe.hpp"

#include <curl/curl.h>

#include <cerrno>
#include <memory>

namespace deploy {
namespace {

constexpr std::size_t largest_body = 64 * 1024;

std::size_t collect(char* bytes, std::size_t, std::size_t count, void* body) {
    auto& text = *static_cast<std::string*>(body);
    if (text.size() + count > largest_body) return 0;
    text.append(bytes, count);
    return count;
}

int stop_requested(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

ProbeResult probe(const std::string& url, std::chrono::milliseconds timeout, std::stop_token stop) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
    if (!curl) return {.reason = "libcurl could not be started"};
    ProbeResult result;
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &collect);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &result.body);
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, &stop_requested);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &stop);
    if (const auto code = curl_easy_perform(curl.get()); code != CURLE_OK) {
        result.reason = curl_easy_strerror(code);
        long system_error = 0;
        curl_easy_getinfo(curl.get(), CURLINFO_OS_ERRNO, &system_error);
        result.refused = code == CURLE_COULDNT_CONNECT && system_error == ECONNREFUSED;
        return result;
    }
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    result.status = static_cast<int>(status);
    return result;
}

}  // namespace deploy
