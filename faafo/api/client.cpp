#include "faafo/api/client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <mutex>
#include <vector>

namespace faafo::api {
namespace {

constexpr long connect_seconds = 5;
constexpr long silent_seconds = 60;  // no byte for so long: given up
constexpr std::size_t largest_body = std::size_t{512} << 20;

struct EasyDelete {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyDelete>;

struct ListDelete {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* target) {
    auto& body = *static_cast<std::string*>(target);
    if (body.size() + size * count > largest_body) return 0;
    body.append(data, size * count);
    return size * count;
}

int stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

struct Client::Handles {
    std::mutex mutex;
    std::vector<Easy> idle;

    Easy take() {
        {
            const std::lock_guard lock(mutex);
            if (!idle.empty()) {
                Easy handle = std::move(idle.back());
                idle.pop_back();
                return handle;
            }
        }
        Easy handle(curl_easy_init());
        if (!handle) throw std::runtime_error("libcurl cannot be used");
        return handle;
    }

    void give_back(Easy handle) {
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(handle));
    }
};

Client::Client(std::string endpoint_url) : endpoint_url_(std::move(endpoint_url)) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw std::runtime_error("libcurl cannot be used");
    while (endpoint_url_.ends_with('/'))
        endpoint_url_.pop_back();
    const bool http = endpoint_url_.starts_with("http://") && endpoint_url_.size() > 7;
    const bool https = endpoint_url_.starts_with("https://") && endpoint_url_.size() > 8;
    if ((!http && !https) || endpoint_url_.find_first_of(" \t\r\n") != std::string::npos) {
        throw BadEndpoint("the endpoint URL must look like http://host or http://host:port, not '" +
                          endpoint_url_ + "'");
    }
    handles_ = std::make_unique<Handles>();
}

Client::~Client() = default;

Reply Client::request(const std::string& method, std::string_view path, const std::string& body,
                      std::stop_token stop) {
    Easy handle = handles_->take();
    CURL* const curl = handle.get();
    curl_easy_reset(curl);  // keeps the connections

    const std::string url = endpoint_url_ + std::string(path);
    Reply reply;
    std::unique_ptr<curl_slist, ListDelete> headers(curl_slist_append(nullptr, "Expect:"));
    if (!body.empty()) {
        headers.reset(curl_slist_append(headers.release(), "Content-Type: application/json"));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    }
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "faafo");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_seconds);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, silent_seconds);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stopped);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);

    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    handles_->give_back(std::move(handle));
    if (code != CURLE_OK) {
        throw Unreachable(fmt::format("no answer from {}: {}", endpoint_url_, curl_easy_strerror(code)));
    }
    reply.status = static_cast<int>(status);
    return reply;
}

}  // namespace faafo::api
