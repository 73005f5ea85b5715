#include "sdk/src/session/failure.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <typeinfo>
#include <utility>

#include "sdk/src/http/text.hpp"
#include "sdk/src/http/url.hpp"
#include "sdk/src/session/error_body.hpp"
#include "sdk/src/session/retry.hpp"

namespace openstack::session {
namespace {

/// 'names' and "names" as people gave them say nothing about what is wrong. An apostrophe is no quotation mark.
std::string without_quoted(std::string_view text) {
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool opens = (c == '\'' || c == '"') && (i == 0 || !is_word(text[i - 1]));
        auto end = opens ? text.find(c, i + 1) : std::string_view::npos;
        while (end != std::string_view::npos && end + 1 < text.size() && is_word(text[end + 1]))
            end = text.find(c, end + 1);
        if (end == std::string_view::npos) {
            out += c;
        } else {
            i = end;
        }
    }
    return out;
}

/// "Quota exceeded for cores", "exceeds allowed gigabytes quota", Octavia's "Quota has been met for resources"; and not
/// "Key pair quota-monitor already exists", or "Policy doesn't allow os_compute_api:os-quota-sets:update".
bool speaks_of_quota(const ErrorDetails& details) {
    const auto code = http::lower_case(details.service_code);
    if (code == "overquota" || code == "over_quota") return true;
    const auto text = http::lower_case(without_quoted(details.service_message));
    static constexpr std::array<std::string_view, 4> reasons = {"exceed", "has been met", "reached",
                                                                "over quota"};
    return text.find("quota") != std::string::npos &&
           std::ranges::any_of(
               reasons, [&](std::string_view reason) { return text.find(reason) != std::string::npos; });
}

template <typename First, typename... Rest>
std::function<void()> repeat_as(const Error& error) {
    if (typeid(error) == typeid(First)) {
        return [text = std::string(error.what()), details = error.details()] { throw First(text, details); };
    }
    if constexpr (sizeof...(Rest) > 0) {
        return repeat_as<Rest...>(error);
    } else {
        return [text = std::string(error.what()), details = error.details()] { throw Error(text, details); };
    }
}

}  // namespace

std::string_view reason_phrase(int status) {
    static constexpr std::array<std::pair<int, std::string_view>, 37> phrases{{
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {304, "Not Modified"},
        {300, "Multiple Choices"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {407, "Proxy Authentication Required"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {507, "Insufficient Storage"},
    }};
    for (const auto& [known, phrase] : phrases) {
        if (known == status) return phrase;
    }
    return {};
}

std::string describe(std::string_view method, std::string_view url) {
    return std::string(method) + " " + http::without_secrets(url);
}

ErrorDetails details_of(std::string_view method, const Response& response, std::string_view service_type,
                        int attempts) {
    const auto said = parse_error_body(response.headers.get("Content-Type"), response.body);
    ErrorDetails details{
        .status = response.status,
        .service_message = said.message,
        .service_code = said.code,
        .request_id = response.request_id().empty() ? said.request_id : response.request_id(),
        .method = std::string(method),
        .url = http::without_secrets(response.url),
        .service_type = std::string(service_type),
        .attempts = attempts};
    details.retry_after = parse_retry_after(response.headers.get("Retry-After"));
    const int status = response.status;
    details.retryable = status == 429 || status == 502 || status == 503 || status == 504 || status == 408;
    return details;
}

void raise_answer(ErrorDetails details) {
    auto text = details.method + " " + details.url + ": " + std::to_string(details.status);
    if (const auto phrase = reason_phrase(details.status); !phrase.empty()) text += " " + std::string(phrase);
    if (!details.service_message.empty() && details.service_message != reason_phrase(details.status)) {
        text += ": " + details.service_message;
    } else if (details.service_message.empty() && !details.service_code.empty()) {
        text += ": " + details.service_code;
    }
    if (!details.request_id.empty()) text += " (request " + details.request_id + ")";
    raise_status(text, std::move(details));
}

void raise_status(const std::string& text, ErrorDetails details) {
    const int status = details.status;
    const bool quota = speaks_of_quota(details);
    switch (status) {
        case 400:
        case 422:
            throw BadRequest(text, std::move(details));
        case 401:
            throw Unauthorized(text, std::move(details));
        case 403:
            if (quota) throw QuotaExceeded(text, std::move(details));
            throw Forbidden(text, std::move(details));
        case 404:
            throw NotFound(text, std::move(details));
        case 409:
            if (quota) throw QuotaExceeded(text, std::move(details));
            throw Conflict(text, std::move(details));
        case 412:
            throw PreconditionFailed(text, std::move(details));
        case 413:
            if (quota) throw QuotaExceeded(text, std::move(details));
            throw HttpError(text, std::move(details));
        case 429:
            throw TooManyRequests(text, std::move(details));
        default:
            if (status >= 500) throw ServiceUnavailable(text, std::move(details));
            throw HttpError(text, std::move(details));
    }
}

std::function<void()> repeater(const Error& error) {
    return repeat_as<HttpError, BadRequest, Unauthorized, Forbidden, QuotaExceeded, NotFound, Conflict,
                     PreconditionFailed, TooManyRequests, ServiceUnavailable, Timeout, Cancelled,
                     TransportError, MalformedResponse, ConfigError, EndpointNotFound>(error);
}

}  // namespace openstack::session
