// What balances for real: one process for each load balancer, in a network namespace of its own. The control plane says
// what a balancer should be; an implementation of Balancers makes it so and tells how the members are.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "localcloud/compute/driver.hpp"

namespace localcloud::balancer {

/// How members are watched.
struct Monitor {
    std::string type;          ///< HTTP, HTTPS, TCP, PING, TLS-HELLO
    int delay = 5;             ///< seconds between two looks
    int timeout = 5;           ///< seconds for one answer
    int max_retries = 3;       ///< good answers until a member is up
    int max_retries_down = 3;  ///< bad ones until it is down
    std::string http_method;
    std::string url_path;
    std::string expected_codes;  ///< "200", "200,202", "200-204"
    std::string domain_name;
    std::string http_version;  ///< "1.0", "1.1" or empty
};

struct Member {
    std::string id;
    std::string address;
    int port = 0;
    int weight = 1;
    bool backup = false;
    bool enabled = true;
    std::string monitor_address;  ///< empty: the member's
    int monitor_port = 0;         ///< 0: the member's
};

struct Pool {
    std::string id;
    std::string protocol;   ///< HTTP, HTTPS, TCP, PROXY, PROXYV2
    std::string algorithm;  ///< ROUND_ROBIN, LEAST_CONNECTIONS, SOURCE_IP
    bool enabled = true;
    std::string persistence;  ///< SOURCE_IP, HTTP_COOKIE, APP_COOKIE or empty
    std::string cookie_name;  ///< of APP_COOKIE
    std::optional<Monitor> monitor;
    std::vector<Member> members;
};

struct Listener {
    std::string id;
    std::string protocol;  ///< HTTP, HTTPS, TCP
    int port = 0;
    int connection_limit = -1;                ///< -1: none
    std::string pool_id;                      ///< empty: every request is answered 503
    std::vector<std::string> insert_headers;  ///< X-Forwarded-For, -Port, -Proto
    int timeout_client_data = 50'000;         ///< milliseconds, as the other two
    int timeout_member_connect = 5'000;
    int timeout_member_data = 50'000;
};

struct Specification {
    std::string id;                   ///< the load balancer's UUID
    compute::Interface interface;     ///< the VIP's
    std::vector<Listener> listeners;  ///< those that are enabled
    std::vector<Pool> pools;
};

/// Of one listener, since its process started.
struct Statistics {
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t active_connections = 0;
    std::uint64_t total_connections = 0;
    std::uint64_t request_errors = 0;
};

/// What a balancer says of itself.
struct Report {
    std::map<std::string, std::string> members;  ///< operating status by "<pool>/<member>"
    std::map<std::string, Statistics> listeners;
};

/// Calls for one balancer come one after the other, for different ones at the same time. They throw std::runtime_error
/// with a sentence.
class Balancers {
  public:
    virtual ~Balancers() = default;
    /// Makes it so: starts it, or changes it without harm to connections. Again without harm.
    virtual void apply(const Specification& specification) = 0;
    /// Ends it with its namespace; absent is fine.
    virtual void remove(const std::string& id) = 0;
    /// Ends those that are none of `ids`, which an earlier process may have left.
    virtual void keep_only(const std::vector<std::string>& ids) = 0;
    /// Nothing when its process does not answer.
    [[nodiscard]] virtual std::optional<Report> report(const std::string& id) = 0;
};

}  // namespace localcloud::balancer
