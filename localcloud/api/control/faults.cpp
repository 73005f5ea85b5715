#include "localcloud/api/control/faults.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace localcloud::api::control {

namespace {

/// A client under test that never releases what it holds must not block the cloud for ever.
constexpr std::chrono::seconds longest_hold{60};
constexpr std::int64_t longest_delay_ms = 600'000;
constexpr std::int64_t largest_count = 1'000'000;
constexpr std::size_t longest_pattern = 500;
constexpr std::size_t longest_target = 2000;  ///< std::regex recurses over what it reads

constexpr std::array known_members{"method", "path",  "service", "instances",     "nth",
                                   "times",  "after", "hold",    "delay_ms",      "reset",
                                   "status", "body",  "headers", "token_life_ms", "server_fault"};

[[noreturn]] void refuse_rule(const std::string& problem) {
    throw std::invalid_argument{"a rule is wrong: " + problem};
}

std::string read_text(const Document& document, const char* key) {
    const json::value* value = member(document, key);
    if (value == nullptr) return {};
    if (!value->is_string()) refuse_rule(std::string{"\""} + key + "\" is not a text");
    return std::string{std::string_view{value->get_string()}};
}

bool read_flag(const Document& document, const char* key) {
    const json::value* value = member(document, key);
    if (value == nullptr) return false;
    if (!value->is_bool()) refuse_rule(std::string{"\""} + key + "\" is neither true nor false");
    return value->get_bool();
}

std::int64_t read_number(const Document& document, const char* key, std::int64_t otherwise,
                         std::int64_t least, std::int64_t most) {
    const json::value* value = member(document, key);
    if (value == nullptr) return otherwise;
    if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most)
        refuse_rule(std::string{"\""} + key + "\" is not a number from " + std::to_string(least) + " to " +
                    std::to_string(most));
    return value->get_int64();
}

/// No line breaks and the like: they would become headers of their own.
bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

Headers read_headers(const Document& document) {
    Headers headers;
    const json::value* value = member(document, "headers");
    if (value == nullptr) return headers;
    if (!value->is_object()) refuse_rule("\"headers\" is not an object");
    for (const auto& field : value->get_object()) {
        const bool name_is_fine =
            !field.key().empty() && std::all_of(field.key().begin(), field.key().end(), [](unsigned char c) {
                return std::isalnum(c) != 0 || c == '-';
            });
        const std::string content = to_text(field.value());
        if (!name_is_fine || !is_printable(content)) refuse_rule("a header is not one");
        headers.set(std::string{field.key()}, content);
    }
    return headers;
}

Rule read_rule(const json::value& value) {
    if (!value.is_object()) refuse_rule("it is not an object");
    const Document& document = value.get_object();
    for (const auto& field : document) {
        if (std::find(known_members.begin(), known_members.end(), field.key()) == known_members.end())
            refuse_rule("there is no member \"" + std::string{field.key()} + "\"");
    }
    Rule rule;
    rule.method = read_text(document, "method");
    rule.path_pattern = read_text(document, "path");
    if (rule.path_pattern.size() > longest_pattern) refuse_rule("\"path\" is too long");
    try {
        rule.path = std::regex{rule.path_pattern, std::regex::ECMAScript | std::regex::optimize};
    } catch (const std::regex_error&) {
        refuse_rule("\"path\" is not a regular expression: " + rule.path_pattern);
    }
    rule.service = read_text(document, "service");
    rule.instances = read_flag(document, "instances");
    rule.nth = static_cast<std::size_t>(read_number(document, "nth", 1, 1, largest_count));
    rule.times = static_cast<std::size_t>(read_number(document, "times", 1, 0, largest_count));
    rule.after = read_flag(document, "after");
    rule.hold = read_flag(document, "hold");
    rule.delay = std::chrono::milliseconds{read_number(document, "delay_ms", 0, 0, longest_delay_ms)};
    rule.reset = read_flag(document, "reset");
    rule.status = static_cast<int>(read_number(document, "status", 0, 200, 599));
    rule.headers = read_headers(document);
    if (const json::value* body = member(document, "body"))
        rule.body =
            body->is_string() ? std::string{std::string_view{body->get_string()}} : json::serialize(*body);
    if (rule.status == 0 && (rule.body || rule.headers.begin() != rule.headers.end()))
        refuse_rule("\"body\" and \"headers\" go with a \"status\"");
    rule.token_life =
        std::chrono::milliseconds{read_number(document, "token_life_ms", 0, 0, longest_delay_ms)};
    rule.server_fault = read_text(document, "server_fault");
    const bool lasts = rule.token_life.count() > 0 || !rule.server_fault.empty();
    if (rule.status == 0 && !rule.reset && !rule.hold && rule.delay.count() == 0 && !lasts)
        refuse_rule(
            "it says none of \"status\", \"reset\", \"hold\", \"delay_ms\", \"token_life_ms\" and "
            "\"server_fault\"");
    return rule;
}

}  // namespace

std::vector<Rule> read_rules(const json::value& value) {
    if (!value.is_array()) throw std::invalid_argument{"rules are a JSON array"};
    std::vector<Rule> rules;
    for (const json::value& item : value.get_array())
        rules.push_back(read_rule(item));
    return rules;
}

std::string service_of(std::string_view path) {
    if (!path.starts_with('/')) return {};
    return std::string{path.substr(1, path.find_first_of("/?", 1) - 1)};
}

void Faults::set(std::vector<Rule> rules) {
    {
        const std::lock_guard lock{mutex_};
        rules_.clear();
        ++releases_;
    }
    lasting_.forget();
    wake_.notify_all();
    add(std::move(rules));
}

void Faults::add(std::vector<Rule> rules) {
    const std::lock_guard lock{mutex_};
    for (Rule& rule : rules)
        rules_.push_back(std::make_shared<Counted>(Counted{.rule = std::move(rule)}));
}

void Faults::release() {
    {
        const std::lock_guard lock{mutex_};
        ++releases_;
    }
    wake_.notify_all();
}

void Faults::close() {
    {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        rules_.clear();
    }
    wake_.notify_all();
}

json::array Faults::describe() const {
    const std::lock_guard lock{mutex_};
    json::array list;
    for (const auto& counted : rules_) {
        list.push_back(json::object{{"method", counted->rule.method},
                                    {"path", counted->rule.path_pattern},
                                    {"service", counted->rule.service},
                                    {"nth", counted->rule.nth},
                                    {"times", counted->rule.times},
                                    {"matched", counted->matched},
                                    {"struck", counted->struck},
                                    {"held", counted->held}});
    }
    return list;
}

std::shared_ptr<Faults::Counted> Faults::judge(const Request& request, bool from_instance) {
    const std::lock_guard lock{mutex_};
    std::shared_ptr<Counted> first;
    const std::string target = request.target.substr(0, longest_target);
    for (const auto& counted : rules_) {
        const Rule& rule = counted->rule;
        if (rule.instances != from_instance) continue;
        if (!rule.method.empty() && rule.method != request.method) continue;
        if (!rule.service.empty() && rule.service != service_of(request.path)) continue;
        if (!std::regex_search(target, rule.path)) continue;
        ++counted->matched;
        const bool strikes =
            counted->matched >= rule.nth && (rule.times == 0 || counted->matched < rule.nth + rule.times);
        if (strikes && !first) {
            first = counted;
            ++first->struck;
        }
    }
    return first;
}

void Faults::pause(Counted& counted) {
    std::unique_lock lock{mutex_};
    if (counted.rule.delay.count() > 0) wake_.wait_for(lock, counted.rule.delay, [this] { return closed_; });
    if (!counted.rule.hold) return;
    const std::size_t before = releases_;
    ++counted.held;
    wake_.wait_for(lock, longest_hold, [&] { return closed_ || releases_ != before; });
    --counted.held;
}

Response Faults::strike(Counted& counted, const Request& request, const Work& work) {
    const Rule& rule = counted.rule;
    const bool true_answer = rule.status == 0 && !rule.reset;
    Response answer;
    if (!rule.after) pause(counted);
    if (rule.after || true_answer) answer = do_work(request, work);
    if (rule.token_life.count() > 0) lasting_.shorten_token(answer, rule.token_life);
    if (!rule.server_fault.empty()) lasting_.fail_server(answer, rule.server_fault);
    if (rule.after) pause(counted);
    if (rule.reset) return {.reset_connection = true};
    if (true_answer) return answer;
    Headers headers = rule.headers;
    if (rule.status == 429 && !headers.contains("Retry-After")) headers.set("Retry-After", "1");
    answer = refuse_(request, rule.status, headers);
    if (rule.body) {
        answer.body = *rule.body;
        if (rule.headers.contains("Content-Type"))
            answer.headers.set("Content-Type", rule.headers.get("Content-Type"));
    }
    return answer;
}

Response Faults::apply(const Request& request, bool from_instance, const Work& work, bool& struck) {
    const auto counted = judge(request, from_instance);
    struck = counted != nullptr;
    return counted ? strike(*counted, request, work) : do_work(request, work);
}

Response Faults::do_work(const Request& request, const Work& work) {
    constexpr int unauthorized = 401;
    if (lasting_.has_ended_token(request)) return refuse_(request, unauthorized, {});
    Response answer = work();
    lasting_.touch_up(request, answer);
    return answer;
}

}  // namespace localcloud::api::control
