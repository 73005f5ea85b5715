#include "faafo/queue/rabbitmq/url.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "faafo/queue/queue.hpp"

namespace faafo::queue::rabbitmq {
namespace {

constexpr std::array<std::string_view, 5> plain_schemes{"amqp", "rabbit", "kombu", "pyamqp", "librabbitmq"};
constexpr std::string_view tls_scheme = "amqps";
constexpr std::string_view example = "amqp://faafo:PASSWORD@broker.example:5672//";

[[noreturn]] void refuse(std::string_view what) {
    throw UnsupportedTransport(fmt::format("transport_url: {}; it looks like {}", what, example));
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// A part of the URL; control characters have no business in any of them.
std::string decoded(std::string_view text, std::string_view part) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                refuse(fmt::format("the {} has a '%' that is not followed by two digits", part));
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            refuse(fmt::format("the {} has a control character", part));
        plain += c;
    }
    return plain;
}

unsigned number(std::string_view text, unsigned most, std::string_view part) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > most)
        refuse(fmt::format("the {} must be a number from 1 to {}", part, most));
    return value;
}

void read_query(BrokerUrl& url, std::string_view query) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::string_view name = pair.substr(0, pair.find('='));
        const std::string value = decoded(pair.substr(std::min(name.size() + 1, pair.size())), name);
        if (name == "heartbeat") {
            url.heartbeat = std::chrono::seconds(number(value, 3600, name));
        } else if (name == "cacertfile") {
            url.authorities = value;
        } else if (name == "certfile") {
            url.certificate = value;
        } else if (name == "keyfile") {
            url.key = value;
        } else {
            refuse("after the '?' only heartbeat, cacertfile, certfile and keyfile are known");
        }
    }
    if (url.certificate.empty() != url.key.empty()) refuse("certfile and keyfile go together");
    const bool needs_tls = !url.authorities.empty() || !url.certificate.empty();
    if (needs_tls && !url.tls) refuse("certificates are for amqps://, not for amqp://");
}

bool is_loopback(const std::string& host) {
    if (host == "localhost" || host == "::1") return true;
    in_addr address{};
    return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

void read_host(BrokerUrl& url, std::string_view text) {
    std::string_view host = text.substr(0, text.find(':'));
    std::string_view rest = text.substr(host.size());
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) refuse("the host has no ']'");
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    }
    url.host = decoded(host, "host");
    if (url.host.empty()) refuse("the host is missing");
    if (url.host.find_first_of(" ,/@\"'\\") != std::string::npos)
        refuse("the host is not the name of one machine");
    if (rest.empty()) return;
    if (!rest.starts_with(':')) refuse("the host is followed by something that is no port");
    if (rest.size() > 1) url.port = static_cast<std::uint16_t>(number(rest.substr(1), 65535, "port"));
}

}  // namespace

bool is_broker(std::string_view transport_url) {
    const auto end = transport_url.find("://");
    if (end == std::string_view::npos) return false;
    const std::string_view scheme = transport_url.substr(0, end);
    return scheme == tls_scheme || std::ranges::find(plain_schemes, scheme) != plain_schemes.end();
}

BrokerUrl BrokerUrl::parse(std::string_view text) {
    if (!is_broker(text)) refuse("this is no URL of a message broker");
    BrokerUrl url;
    url.tls = text.starts_with(tls_scheme);
    if (url.tls) url.port = 5671;
    text.remove_prefix(text.find("://") + 3);
    const auto question_mark = text.find('?');
    const std::string_view query =
        question_mark == std::string_view::npos ? std::string_view{} : text.substr(question_mark + 1);
    text = text.substr(0, question_mark);

    // A password may hold anything but these two unencoded.
    const auto at = text.rfind('@');
    if (at != std::string_view::npos) {
        const std::string_view login = text.substr(0, at);
        const auto colon = login.find(':');
        url.user = decoded(login.substr(0, colon), "user");
        url.password = colon == std::string_view::npos ? "" : decoded(login.substr(colon + 1), "password");
        if (url.user.empty()) refuse("the user is missing");
        text.remove_prefix(at + 1);
    }
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const std::string path = decoded(text.substr(slash + 1), "virtual host");
        if (!path.empty()) url.virtual_host = path;
        text = text.substr(0, slash);
    }
    read_host(url, text);
    read_query(url, query);
    if (url.user == "guest" && !is_loopback(url.host)) {
        throw UnsupportedTransport(
            fmt::format("transport_url: RabbitMQ's user 'guest' has a known password and works on the "
                        "broker's own machine only, "
                        "not from here on {}; make a user there (rabbitmqctl add_user faafo, rabbitmqctl "
                        "set_permissions faafo "
                        "'.*' '.*' '.*') and name it: {}",
                        url.host, example));
    }
    return url;
}

std::string BrokerUrl::without_password() const {
    const bool bracket = host.find(':') != std::string::npos;
    return fmt::format("{}://{}@{}{}{}:{}/{}", tls ? "amqps" : "amqp", user, bracket ? "[" : "", host,
                       bracket ? "]" : "", port, virtual_host);
}

}  // namespace faafo::queue::rabbitmq
