#include <charconv>
#include <stdexcept>

#include "common/db/database.hpp"

namespace common::db {
namespace {

// Nothing of the URL but its scheme goes into these: the rest may be a password.
[[noreturn]] void refuse(const std::string& why) {
    throw std::invalid_argument("bad database URL: " + why +
                                "; expected sqlite:////path/to/file.db or mysql://user:password@host/name");
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            decoded.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
            i += 2;
        } else {
            decoded.push_back(text[i]);
        }
    }
    return decoded;
}

std::uint16_t parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        refuse("its port is not a number up to 65535");
    return port;
}

void parse_host(DatabaseUrl& url, std::string_view text) {
    if (text.starts_with('[')) {  // IPv6
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) refuse("its host lacks a ']'");
        url.host = std::string(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
        if (!text.empty() && text.front() != ':') refuse("something stands between its host and port");
    } else {
        url.host = std::string(text.substr(0, text.find(':')));
        text.remove_prefix(url.host.size());
    }
    if (!text.empty()) url.port = parse_port(text.substr(1));
    if (url.host.empty()) refuse("it names no host");
}

void parse_server(DatabaseUrl& url, std::string_view rest) {
    // The credentials first: a password may hold a '/' or a '?', as SQLAlchemy has it.
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        const std::string_view credentials = rest.substr(0, at);
        rest.remove_prefix(at + 1);
        const std::size_t colon = credentials.find(':');
        url.user = decode(credentials.substr(0, colon));
        if (colon != std::string_view::npos) url.password = decode(credentials.substr(colon + 1));
    }
    // SQLAlchemy's options behind '?' (charset and the like) do not concern us: everything is UTF-8.
    rest = rest.substr(0, rest.find('?'));
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) url.name = decode(rest.substr(slash + 1));
    if (url.name.empty()) refuse("it names no database");
    parse_host(url, rest.substr(0, slash));
    if (url.port == 0) url.port = url.backend == Backend::mysql ? 3306 : 5432;
}

}  // namespace

DatabaseUrl DatabaseUrl::parse(std::string_view text) {
    const std::size_t end = text.find("://");
    if (end == std::string_view::npos) refuse("it has no scheme");
    const std::string_view scheme = text.substr(0, end);
    const std::string_view backend =
        scheme.substr(0, scheme.find('+'));  // "mysql+pymysql": the driver is ours to choose
    const std::string_view rest = text.substr(end + 3);
    DatabaseUrl url;
    if (backend == "sqlite") {
        url.backend = Backend::sqlite;
        if (rest.empty()) {
            url.path = ":memory:";
        } else if (rest.front() == '/' && rest.size() > 1) {
            url.path = std::string(rest.substr(1, rest.find('?') - 1));
        }
        if (url.path.empty())
            refuse("sqlite:// is followed by a third slash and the file, absolute or relative");
    } else if (backend == "mysql" || backend == "mariadb") {
        url.backend = Backend::mysql;
        parse_server(url, rest);
    } else if (backend == "postgresql" || backend == "postgres") {
        url.backend = Backend::postgresql;
        parse_server(url, rest);
    } else {
        refuse("its scheme is none of sqlite, mysql and postgresql");
    }
    return url;
}

std::string DatabaseUrl::without_password() const {
    if (backend == Backend::sqlite) return "sqlite:///" + path;
    std::string text = backend == Backend::mysql ? "mysql://" : "postgresql://";
    if (!user.empty()) text += user + "@";
    text += host.find(':') != std::string::npos ? "[" + host + "]" : host;
    return text + ":" + std::to_string(port) + "/" + name;
}

}  // namespace common::db
