#include "sdk/src/http/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "sdk/src/http/text.hpp"

namespace openstack::http {
namespace {

bool unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, char c) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
}

std::uint16_t default_port(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

/// "/a/b/../c/./d" → "/a/c/d" (RFC 3986 §5.2.4), for relative references only.
std::string without_dots(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const auto end = path.find('/', 1);
        const auto segment = path.substr(0, end);
        path.remove_prefix(segment.size());
        if (segment == "/.") {
            if (path.empty()) out += '/';
        } else if (segment == "/..") {
            out.erase(std::min(out.rfind('/'), out.size()));
            if (path.empty()) out += '/';
        } else {
            out += segment;
        }
    }
    return out;
}

/// Query fields that grant access to whoever knows their value.
bool secret_query_field(std::string_view name) {
    static constexpr std::array<std::string_view, 10> names = {
        "temp_url_sig", "signature", "token",           "access_token", "x-auth-token",
        "password",     "secret",    "x-amz-signature", "code",         "x-amz-credential"};
    return std::ranges::any_of(names,
                               [&](std::string_view secret) { return equal_ignoring_case(name, secret); });
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
    Url url;
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return std::nullopt;
    url.scheme = lower_case(text.substr(0, scheme_end));
    if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
    text.remove_prefix(scheme_end + 3);
    text = text.substr(0, text.find('#'));

    const auto authority_end = std::min(text.find_first_of("/?"), text.size());
    auto authority = text.substr(0, authority_end);
    text.remove_prefix(authority_end);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        url.user_info = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    auto host_end = authority.rfind(':');
    if (authority.starts_with('[')) {
        const auto bracket = authority.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        host_end = bracket + 1 < authority.size() ? bracket + 1 : std::string_view::npos;
        if (host_end != std::string_view::npos && authority[host_end] != ':') return std::nullopt;
    } else if (authority.find(':') != host_end) {
        return std::nullopt;  // "host:80:" would have the origin of host:80
    }
    if (host_end != std::string_view::npos) {
        const auto digits = authority.substr(host_end + 1);
        if (!digits.empty()) {
            std::uint16_t port = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
            if (error != std::errc{} || end != digits.data() + digits.size() || port == 0)
                return std::nullopt;
            url.port = port;
        }
        authority = authority.substr(0, host_end);
    }
    if (authority.empty()) return std::nullopt;
    if (std::ranges::any_of(authority, [](char c) {
            return c <= ' ' || c == '\x7f' ||
                   std::string_view("%\"<>\\^`{|}").find(c) != std::string_view::npos;
        })) {
        return std::nullopt;
    }
    url.host = lower_case(authority);
    const auto query = text.find('?');
    url.path = text.substr(0, query);
    if (query != std::string_view::npos) url.query = text.substr(query + 1);
    return url;
}

std::string Url::origin() const {
    std::string out = scheme + "://" + host;
    if (port && *port != default_port(scheme)) out += ":" + std::to_string(*port);
    return out;
}

std::string Url::text() const {
    std::string out = scheme + "://";
    if (!user_info.empty()) out += user_info + "@";
    out += host;
    if (port) out += ":" + std::to_string(*port);
    out += path;
    if (!query.empty()) out += "?" + query;
    return out;
}

bool same_origin(std::string_view a, std::string_view b) {
    const auto first = Url::parse(a);
    const auto second = Url::parse(b);
    return first && second && first->origin() == second->origin();
}

std::string percent_encode(std::string_view text, std::string_view keep) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (unreserved(c) || keep.find(c) != std::string_view::npos) {
            out += c;
        } else {
            append_encoded(out, c);
        }
    }
    return out;
}

std::string encode_illegal(std::string_view text) {
    static constexpr std::string_view illegal = "\"<>\\^`{|}#";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f ||
            illegal.find(c) != std::string_view::npos) {
            append_encoded(out, c);
        } else {
            out += c;
        }
    }
    return out;
}

std::string with_query(std::string url, const Query& query) {
    char separator = url.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, value] : query) {
        url += separator;
        url += percent_encode(name);
        url += '=';
        url += percent_encode(value, ":,/");
        separator = '&';
    }
    return url;
}

std::optional<std::string> resolve(std::string_view base, std::string_view reference) {
    const auto from = Url::parse(base);
    if (!from) return std::nullopt;
    const auto scheme_end = reference.find("://");
    if (scheme_end != std::string_view::npos && scheme_end < reference.find_first_of("/?#")) {
        const auto absolute = Url::parse(reference);
        if (!absolute) return std::nullopt;
        return encode_illegal(absolute->text());
    }
    if (reference.starts_with("//")) return resolve(base, from->scheme + ":" + std::string(reference));
    reference = reference.substr(0, reference.find('#'));
    Url url = *from;
    const auto query = reference.find('?');
    const auto path = reference.substr(0, query);
    if (path.starts_with('/')) {
        url.path = path;
    } else if (!path.empty()) {
        const auto folder = url.path.empty() ? "/" : url.path.substr(0, url.path.rfind('/') + 1);
        url.path = without_dots(folder + std::string(path));
    }
    if (query != std::string_view::npos) {
        url.query = reference.substr(query + 1);
    } else if (!path.empty()) {
        url.query.clear();
    }
    return encode_illegal(url.text());
}

std::string without_secrets(std::string_view url) {
    std::string out;
    if (const auto scheme_end = url.find("://"); scheme_end != std::string_view::npos) {
        out = url.substr(0, scheme_end + 3);
        url.remove_prefix(scheme_end + 3);
        const auto authority = url.substr(0, url.find_first_of("/?#"));
        if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
            out += "***@";
            url.remove_prefix(at + 1);
        }
    }
    const auto query = url.find('?');
    out += url.substr(0, query);
    if (query == std::string_view::npos) return out;
    url.remove_prefix(query + 1);
    char separator = '?';
    while (!url.empty()) {
        const auto field = url.substr(0, url.find('&'));
        url.remove_prefix(std::min(field.size() + 1, url.size()));
        const auto name = field.substr(0, field.find('='));
        out += separator;
        out += secret_query_field(name) ? std::string(name) + "=***" : std::string(field);
        separator = '&';
    }
    return out;
}

}  // namespace openstack::http

namespace openstack {

std::string encode_path_segment(std::string_view text) {
    return http::percent_encode(text);
}

}  // namespace openstack
