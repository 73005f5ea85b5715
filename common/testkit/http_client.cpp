#include "common/testkit/http_client.hpp"

#include <curl/curl.h>

#include <stdexcept>
#include <utility>

namespace common::testkit {
namespace {

std::size_t take_body(char* data, std::size_t, std::size_t size, void* answer) {
    static_cast<HttpAnswer*>(answer)->body.append(data, size);
    return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* answer_pointer) {
    auto& answer = *static_cast<HttpAnswer*>(answer_pointer);
    std::string_view line(data, size);
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
        answer.headers = {};
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
        const std::size_t start = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
        answer.headers.add(std::string(line.substr(0, colon)), std::string(line.substr(start)));
    }
    return size;
}

struct Easy {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct List {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, List>;

void append(HeaderList& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
}

}  // namespace

struct HttpClient::Impl {
    std::string base_url;
    std::chrono::milliseconds timeout{};
    std::unique_ptr<CURL, Easy> easy;
};

HttpClient::HttpClient(std::string base_url, std::chrono::milliseconds timeout)
    : impl_(std::make_unique<Impl>(Impl{std::move(base_url), timeout, {}})) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
    impl_->easy.reset(curl_easy_init());
    if (!impl_->easy) throw std::bad_alloc();
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpAnswer HttpClient::request(std::string_view method, std::string_view path, std::string_view body,
                               const Headers& headers) {
    CURL* easy = impl_->easy.get();
    curl_easy_reset(easy);
    const std::string url = impl_->base_url + std::string(path);
    const std::string verb(method);
    HttpAnswer answer;
    HeaderList fields;
    // An empty value goes as an empty field; curl's spelling of that is a semicolon.
    for (const auto& [name, value] : headers)
        append(fields, value.empty() ? name + ";" : name + ": " + value);
    const bool has_body = !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
    if (has_body && !headers.contains("Content-Type")) {
        append(fields, body.empty() ? "Content-Type:" : "Content-Type: application/json");
    }

    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, verb.c_str());
    if (method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answer);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(impl_->timeout.count()));
    if (const CURLcode code = curl_easy_perform(easy); code != CURLE_OK) {
        throw std::runtime_error(verb + " " + url + ": " + curl_easy_strerror(code));
    }
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
}

}  // namespace common::testkit
