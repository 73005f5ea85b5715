#include "localcloud/tests/cloud_control.hpp"

#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>

#include "common/testkit/http_client.hpp"
#include "common/testkit/wait.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::testing {

namespace {

std::string content(const std::filesystem::path& file) {
    std::ifstream stream{file};
    if (!stream)
        throw std::runtime_error{"no cloud is up with the state folder " + file.parent_path().string() +
                                 ": there is no " + file.filename().string()};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

json::object to_json(const Fault& fault) {
    json::object rule{{"method", fault.method},   {"path", fault.path},
                      {"service", fault.service}, {"nth", fault.nth},
                      {"times", fault.times},     {"reset", fault.reset},
                      {"hold", fault.hold},       {"delay_ms", fault.delay.count()},
                      {"after", fault.after},     {"instances", fault.instances}};
    if (fault.token_life.count() > 0) rule.emplace("token_life_ms", fault.token_life.count());
    if (!fault.server_fault.empty()) rule.emplace("server_fault", fault.server_fault);
    if (fault.status != 0) rule.emplace("status", fault.status);
    if (!fault.headers.empty()) {
        json::object headers;
        for (const auto& [name, value] : fault.headers)
            headers.emplace(name, value);
        rule.emplace("headers", std::move(headers));
    }
    if (fault.body) rule.emplace("body", *fault.body);
    return rule;
}

std::size_t number(const json::value& value, const char* key) {
    return value.at(key).to_number<std::size_t>();
}

std::string word(const json::value& value, const char* key) {
    return to_text(value.at(key));
}

}  // namespace

struct CloudControl::Connection {
    Connection(const std::string& endpoint, std::string key) : http(endpoint), secret(std::move(key)) {}

    json::value ask(const std::string& method, const std::string& path, const json::value& body = {}) {
        const std::lock_guard lock{mutex};
        const auto answer =
            http.request(method, "/localcloud" + path, body.is_null() ? std::string{} : json::serialize(body),
                         {{"X-Localcloud-Secret", secret}});
        if (answer.status >= 300) throw std::runtime_error{method + " " + path + ": " + answer.body};
        return answer.body.empty() ? json::value{} : parse_json(answer.body);
    }

    std::mutex mutex;
    common::testkit::HttpClient http;
    std::string secret;
};

std::size_t RequestCounts::count(const std::string& service, const std::string& method) const {
    std::size_t sum = 0;
    for (const auto& [name, methods] : by_service) {
        if (!service.empty() && name != service) continue;
        for (const auto& [word, count] : methods)
            if (method.empty() || word == method) sum += count;
    }
    return sum;
}

CloudControl::CloudControl(std::filesystem::path state)
    : state_(std::move(state)), endpoint_(word(parse_json(content(state_ / "running.json")), "endpoint")) {
    std::string secret = content(state_ / "control-secret");
    while (!secret.empty() && secret.back() == '\n')
        secret.pop_back();
    connection_ = std::make_unique<Connection>(endpoint_, std::move(secret));
}

CloudControl::~CloudControl() = default;

void CloudControl::set_all(const std::vector<Fault>& faults) {
    json::array rules;
    for (const Fault& fault : faults)
        rules.push_back(to_json(fault));
    (void)connection_->ask("PUT", "/faults", rules);
}

void CloudControl::add(const Fault& fault) {
    (void)connection_->ask("POST", "/faults", json::array{to_json(fault)});
}

void CloudControl::clear() {
    (void)connection_->ask("DELETE", "/faults");
}

std::vector<FaultCount> CloudControl::faults() const {
    std::vector<FaultCount> counts;
    const json::value rules = connection_->ask("GET", "/faults");
    for (const json::value& rule : rules.as_array())
        counts.push_back({.method = word(rule, "method"),
                          .path = word(rule, "path"),
                          .matched = number(rule, "matched"),
                          .struck = number(rule, "struck"),
                          .held = number(rule, "held")});
    return counts;
}

bool CloudControl::struck() const {
    const auto counts = faults();
    return !counts.empty() && counts.front().struck > 0;
}

bool CloudControl::wait_until_held(std::chrono::milliseconds patience) const {
    return common::testkit::wait_until(
        [this] {
            for (const FaultCount& count : faults())
                if (count.held > 0) return true;
            return false;
        },
        patience);
}

void CloudControl::release() {
    (void)connection_->ask("POST", "/release");
}

RequestCounts CloudControl::requests() const {
    const json::value answer = connection_->ask("GET", "/requests?last=10000");
    RequestCounts counts{.total = number(answer, "total"), .by_service = {}, .recent = {}};
    for (const auto& service : answer.at("services").as_object())
        for (const auto& method : service.value().as_object())
            counts.by_service[service.key()][method.key()] = method.value().to_number<std::size_t>();
    for (const json::value& entry : answer.at("recent").as_array())
        counts.recent.push_back({.service = word(entry, "service"),
                                 .method = word(entry, "method"),
                                 .path = word(entry, "path"),
                                 .status = entry.at("status").to_number<int>(),
                                 .struck = entry.at("struck").as_bool(),
                                 .from_instance = entry.at("from_instance").as_bool()});
    return counts;
}

void CloudControl::reset_requests() {
    (void)connection_->ask("DELETE", "/requests");
}

}  // namespace localcloud::testing
