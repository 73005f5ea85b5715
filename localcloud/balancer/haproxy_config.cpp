#include "localcloud/balancer/haproxy_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <sstream>
#include <string_view>
#include <vector>

namespace localcloud::balancer {

namespace {

constexpr int usual_limit = 4'000;
constexpr int nobody = 65534;
constexpr std::string_view description = "    description ";

std::string global_section(const Specification& specification, const ConfigPaths& paths) {
    std::string text = fmt::format(
        "global\n"
        "    maxconn {}\n"
        "    no strict-limits\n"
        "    nbthread 1\n"
        "    hard-stop-after 30s\n"
        "    stats socket {} mode 600 level admin expose-fd listeners\n"
        "    server-state-file {}\n",
        usual_limit, paths.socket.string(), paths.server_state.string());
    if (paths.drop_privileges) text += fmt::format("    uid {0}\n    gid {0}\n", nobody);
    text += fmt::format(
        "\ndefaults\n"
        "    # load balancer {}\n"
        "    retries 3\n"
        "    option redispatch 1\n"
        "    load-server-state-from-file global\n"
        "    timeout connect 5s\n"
        "    timeout client 50s\n"
        "    timeout server 50s\n",
        specification.id);
    return text;
}

std::string frontend(const Listener& listener, const std::string& address, const Pool* pool) {
    const bool http = listener.protocol == "HTTP";
    std::string text = fmt::format(
        "\nfrontend {}\n"
        "    bind {}:{}\n"
        "    mode {}\n"
        "    timeout client {}ms\n",
        listener.id, address, listener.port, http ? "http" : "tcp",
        std::max(listener.timeout_client_data, 1));
    if (listener.connection_limit >= 0) text += fmt::format("    maxconn {}\n", listener.connection_limit);
    if (http) text += "    option idle-close-on-response\n";
    for (const std::string& header : listener.insert_headers) {
        if (header == "X-Forwarded-For") text += "    option forwardfor\n";
        if (header == "X-Forwarded-Port")
            text += "    http-request set-header X-Forwarded-Port %[dst_port]\n";
        if (header == "X-Forwarded-Proto") text += "    http-request set-header X-Forwarded-Proto http\n";
    }
    // Without a pool every request is answered 503, every connection ended.
    if (pool != nullptr && pool->enabled)
        text += fmt::format("    default_backend {}:{}\n", pool->id, listener.id);
    return text;
}

std::string persistence(const Pool& pool) {
    if (pool.persistence == "SOURCE_IP") return "    stick-table type ip size 10k\n    stick on src\n";
    if (pool.persistence == "HTTP_COOKIE") return "    cookie SRV insert indirect nocache\n";
    if (pool.persistence == "APP_COOKIE")
        return fmt::format(
            "    stick-table type string len 64 size 10k\n"
            "    stick store-response res.cook({0})\n"
            "    stick match req.cook({0})\n",
            pool.cookie_name);
    return {};
}

/// As one word of the configuration, whatever is in it.
std::string as_word(std::string_view text) {
    static constexpr std::string_view special = " \t\"'\\#";
    std::string word;
    for (const char letter : text) {
        if (special.find(letter) != std::string_view::npos) word += '\\';
        word += letter;
    }
    return word;
}

/// "200" is a status, "200,202" several, "200-204" a range: HAProxy knows the same.
std::string checks(const Monitor& monitor) {
    std::string text = fmt::format("    timeout check {}s\n", monitor.timeout);
    if (monitor.type == "TLS-HELLO") return text + "    option ssl-hello-chk\n";
    if (monitor.type != "HTTP" && monitor.type != "HTTPS") return text;
    text += fmt::format("    option httpchk\n    http-check send meth {} uri {}", monitor.http_method,
                        as_word(monitor.url_path));
    const bool host = !monitor.domain_name.empty();
    if (host || monitor.http_version == "1.1") text += " ver HTTP/1.1";
    if (host) {
        text += " hdr Host " + monitor.domain_name;
    } else if (monitor.http_version == "1.1") {
        text += " hdr Host localhost";
    }
    std::string codes = monitor.expected_codes;
    std::erase(codes, ' ');
    return text + "\n    http-check expect status " + codes + "\n";
}

std::string server(const Member& member, const Pool& pool) {
    std::string text =
        fmt::format("    server {} {}:{} weight {}", member.id, member.address, member.port, member.weight);
    if (pool.monitor) {
        const Monitor& monitor = *pool.monitor;
        text += fmt::format(" check inter {}s fall {} rise {}", monitor.delay, monitor.max_retries_down,
                            monitor.max_retries);
        if (monitor.type == "HTTPS") text += " check-ssl verify none";
        if (!member.monitor_address.empty()) text += " addr " + member.monitor_address;
        if (member.monitor_port != 0) text += fmt::format(" port {}", member.monitor_port);
    }
    if (pool.persistence == "HTTP_COOKIE") text += " cookie " + member.id;
    if (pool.protocol == "PROXY") text += " send-proxy";
    if (pool.protocol == "PROXYV2") text += " send-proxy-v2";
    if (member.backup) text += " backup";
    if (!member.enabled) text += " disabled";
    return text + "\n";
}

std::string backend(const Pool& pool, const Listener& listener) {
    static const std::map<std::string, std::string> algorithms{
        {"ROUND_ROBIN", "roundrobin"}, {"LEAST_CONNECTIONS", "leastconn"}, {"SOURCE_IP", "source"}};
    const auto algorithm = algorithms.find(pool.algorithm);
    std::string text = fmt::format(
        "\nbackend {}:{}\n"
        "    mode {}\n"
        "    balance {}\n"
        "    option allbackups\n"
        "    timeout connect {}ms\n"
        "    timeout server {}ms\n",
        pool.id, listener.id, listener.protocol == "HTTP" ? "http" : "tcp",
        algorithm == algorithms.end() ? "roundrobin" : algorithm->second,
        std::max(listener.timeout_member_connect, 1), std::max(listener.timeout_member_data, 1));
    text += persistence(pool);
    if (pool.monitor) text += checks(*pool.monitor);
    for (const Member& member : pool.members)
        text += server(member, pool);
    return text;
}

std::uint64_t number(const std::string& text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// HAProxy's word for a member's health in Octavia's.
std::string operating_status(const std::string& word) {
    if (word.starts_with("UP")) return "ONLINE";
    if (word.starts_with("DOWN")) return "ERROR";
    if (word.starts_with("MAINT")) return "OFFLINE";
    if (word.starts_with("DRAIN")) return "DRAINING";
    if (word == "no check") return "NO_MONITOR";
    return {};
}

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream stream{line};
    for (std::string field; std::getline(stream, field, ',');)
        fields.push_back(field);
    return fields;
}

}  // namespace

std::string haproxy_config(const Specification& specification, const ConfigPaths& paths) {
    std::string text = global_section(specification, paths);
    for (const Listener& listener : specification.listeners) {
        const auto pool = std::ranges::find(specification.pools, listener.pool_id, &Pool::id);
        const bool known = pool != specification.pools.end();
        text += frontend(listener, specification.interface.ip_address, known ? &*pool : nullptr);
        if (known && pool->enabled) text += backend(*pool, listener);
    }
    // HAProxy does not run without any.
    if (specification.listeners.empty())
        text += fmt::format("\nfrontend idle\n    bind unix@{}.idle mode 600\n    mode http\n",
                            paths.socket.string());
    // A pool without a listener serves nobody, and is not watched, as with Octavia.
    return text + fmt::format("\nglobal\n{}{:016x}\n", description, std::hash<std::string>{}(text));
}

std::string description_of(const std::string& config) {
    const std::size_t at = config.rfind(description);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + description.size();
    return config.substr(begin, config.find('\n', begin) - begin);
}

Report read_statistics(const std::string& csv) {
    Report report;
    std::istringstream lines{csv};
    std::string line;
    std::map<std::string, std::size_t> columns;
    if (!std::getline(lines, line)) return report;
    const std::vector<std::string> titles = fields_of(line.starts_with("# ") ? line.substr(2) : line);
    for (std::size_t i = 0; i < titles.size(); ++i)
        columns[titles[i]] = i;
    while (std::getline(lines, line)) {
        const std::vector<std::string> fields = fields_of(line);
        const auto field = [&](const char* title) -> std::string {
            const auto column = columns.find(title);
            return column == columns.end() || column->second >= fields.size() ? std::string{}
                                                                              : fields[column->second];
        };
        const std::string proxy = field("pxname");
        const std::string name = field("svname");
        if (name == "FRONTEND") {
            report.listeners[proxy] = {.bytes_in = number(field("bin")),
                                       .bytes_out = number(field("bout")),
                                       .active_connections = number(field("scur")),
                                       .total_connections = number(field("stot")),
                                       .request_errors = number(field("ereq"))};
        } else if (const std::size_t colon = proxy.find(':');
                   colon != std::string::npos && name != "BACKEND") {
            const std::string status = operating_status(field("status"));
            if (!status.empty()) report.members[proxy.substr(0, colon) + "/" + name] = status;
        }
    }
    return report;
}

}  // namespace localcloud::balancer
