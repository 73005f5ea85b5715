#include "sdk/tests/core/cloud_fixture.hpp"

#include <cstdio>
#include <ctime>

#include "sdk/src/session/session_impl.hpp"

namespace openstack::testing {
namespace {

std::string time_text(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::string out(32, '\0');
    out.resize(std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%S.000000Z", &parts));
    return out;
}

std::string usual_catalog(const std::string& base) {
    const std::vector<std::pair<std::string, std::string>> services = {
        {"identity", "/identity/v3"},
        {"compute", "/compute/v2.1"},
        {"network", "/network"},
        {"image", "/image"},
        {"placement", "/placement"},
        {"object-store", "/object-store/v1/AUTH_p1"},
        {"dns", "/dns"},
        {"volumev3", "/volume/v3/p1"},
        {"load-balancer", "/balance"},
    };
    std::string out;
    for (const auto& [type, path] : services) {
        out += (out.empty() ? "[" : ",") + std::string(R"({"type":")") + type +
               R"(","name":"x","id":"s","endpoints":[)";
        std::string comma;
        for (const auto* interface : {"public", "internal"}) {
            for (const auto* region : {"RegionOne", "RegionTwo"}) {
                const std::string prefix = std::string(interface) == "internal" ? "/internal" : "";
                const std::string there = std::string(region) == "RegionTwo" ? "/two" : "";
                out += comma + R"({"id":"e","interface":")" + interface + R"(","region_id":")" + region +
                       R"(","region":")" + region + R"(","url":")" + base + prefix + there + path + R"("})";
                comma = ",";
            }
        }
        out += "]}";
    }
    return out + "]";
}

}  // namespace

FakeClock::time_point FakeClock::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}

bool FakeClock::sleep_until(time_point end, const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    sleeps_.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(end - now_));
    now_ = std::max(now_, end);
    return !stop.stop_requested();
}

void FakeClock::advance(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
}

std::vector<std::chrono::milliseconds> FakeClock::sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
}

ConfigOptions nowhere() {
    return {.environment = std::map<std::string, std::string>(), .folders = std::vector<std::string>()};
}

FakeCloud::FakeCloud(std::function<Answer(const ServerRequest&)> answer)
    : answer_(std::move(answer)), server_([this](const ServerRequest& request) {
          return request.path.starts_with("/identity") ? answer_keystone(request) : answer_(request);
      }) {
    catalog = usual_catalog(server_.url());
}

Answer FakeCloud::answer_keystone(const ServerRequest& request) {
    if (keystone) {
        if (auto answer = keystone(request)) return *answer;
    }
    if (request.path == "/identity/" || request.path == "/identity") {
        return json_answer(
            R"({"versions":{"values":[{"id":"v3.14","status":"stable","links":[{"rel":"self","href":")" +
                server_.url() + R"(/identity/v3/"}]}]}})",
            300);
    }
    if (request.path != "/identity/v3/auth/tokens" || request.method != "POST") return json_answer("{}", 404);
    const auto number = ++sign_ins_;
    const auto token = "token-number-" + std::to_string(number);
    {
        const std::lock_guard lock(mutex_);
        tokens_.insert(token);
        last_body_ = request.body.read();
    }
    const auto now = std::time(nullptr);
    auto answer = json_answer(
        R"({"token":{"methods":["password"],"user":{"id":"u1","name":"ann","domain":{"id":"default","name":"Default"}},)"
        R"("project":{"id":"p1","name":"demo","domain":{"id":"default","name":"Default"}},"roles":[{"id":"r","name":"member"}],)"
        R"("issued_at":")" +
            time_text(now) + R"(","expires_at":")" + time_text(now + lifetime.count()) + R"(","catalog":)" +
            catalog + "}}",
        201);
    answer.response.headers.set("X-Subject-Token", token);
    return answer;
}

std::vector<ServerRequest> FakeCloud::requests() const {
    auto out = server_.requests();
    std::erase_if(out, [](const ServerRequest& request) { return request.path.starts_with("/identity"); });
    return out;
}

std::string FakeCloud::sign_in_body() const {
    const std::lock_guard lock(mutex_);
    return last_body_;
}

bool FakeCloud::valid(const ServerRequest& request) const {
    const std::lock_guard lock(mutex_);
    return tokens_.contains(request.headers.get("X-Auth-Token"));
}

void FakeCloud::revoke_all() {
    const std::lock_guard lock(mutex_);
    tokens_.clear();
}

ConfigOptions FakeCloud::config(std::vector<std::pair<std::string, std::string>> more) const {
    auto out = nowhere();
    out.settings = {{"auth_url", server_.url() + "/identity/v3"},
                    {"username", "ann"},
                    {"password", password},
                    {"project_name", "demo"},
                    {"user_domain_name", "Default"},
                    {"project_domain_name", "Default"}};
    out.settings.insert(out.settings.end(), more.begin(), more.end());
    return out;
}

Connection FakeCloud::connect(std::vector<std::pair<std::string, std::string>> more,
                              SessionOptions options) const {
    return Connection(CloudConfig::load(config(std::move(more))), std::move(options));
}

Connection FakeCloud::connect_by_clock(std::shared_ptr<session::Clock> clock, SessionOptions options) const {
    auto impl = std::make_unique<Session::Impl>(CloudConfig::load(config()), std::move(options), nullptr,
                                                std::move(clock));
    return Connection(std::make_shared<Session>(std::move(impl)));
}

}  // namespace openstack::testing
