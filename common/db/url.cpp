#include <algorithm>
#include <array>
#include <charconv>
#include <span>
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

// What SQLAlchemy's drivers call these things. The charsets are accepted and not needed: everything is UTF-8.
constexpr std::array<std::string_view, 9> mysql_options{
    "charset",         "connect_timeout",     "unix_socket", "ssl",    "ssl_ca",
    "ssl_verify_cert", "ssl_verify_identity", "ssl_cert",    "ssl_key"};
constexpr std::array<std::string_view, 7> postgresql_options{
    "application_name", "client_encoding", "connect_timeout", "sslcert", "sslkey", "sslmode", "sslrootcert"};

// An option that is ignored would be worse than one that is refused: it might have asked for encryption.
void parse_options(DatabaseUrl& url, std::string_view text) {
    const std::span<const std::string_view> known =
        url.backend == Backend::mysql ? std::span<const std::string_view>(mysql_options) : postgresql_options;
    while (!text.empty()) {
        const std::string_view option = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(option.size() + 1, text.size()));
        const std::size_t equals = option.find('=');
        const std::string_view name = option.substr(0, equals);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string names;
            for (const std::string_view each : known)
                names.append(names.empty() ? "" : ", ").append(each);
            refuse("there is an unknown option behind its '?'; known are " + names);
        }
        if (equals == std::string_view::npos) refuse("its option " + std::string(name) + " has no value");
        const std::string value = decode(option.substr(equals + 1));
        // What the client libraries would take for the end of the value.
        if (value.empty() || value.find_first_of(std::string_view(";{}\0\n", 5)) != std::string::npos)
            refuse("the value of its option " + std::string(name) +
                   " is empty or has a character that it must not have");
        url.options[std::string(name)] = value;
    }
}

// It goes into connection strings, where other characters would begin something new.
void check_host(std::string_view host) {
    const bool fine = std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("-._:%").find(c) != std::string_view::npos;
    });
    if (!fine) refuse("its host is no name or address");
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
    check_host(url.host);
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
    if (const std::size_t question_mark = rest.find('?'); question_mark != std::string_view::npos) {
        parse_options(url, rest.substr(question_mark + 1));
        rest = rest.substr(0, question_mark);
    }
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) url.name = decode(rest.substr(slash + 1));
    if (url.name.empty()) refuse("it names no database");
    parse_host(url, rest.substr(0, slash));
    for (const std::string* part : {&url.user, &url.password, &url.name}) {
        if (part->find('\0') != std::string::npos) refuse("its user, password or database holds a zero byte");
    }
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
