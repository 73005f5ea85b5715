#include "sdk/tests/resource/fake_service.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "openstack/config.hpp"
#include "openstack/session.hpp"
#include "sdk/src/session/session_impl.hpp"

namespace openstack::sdktest {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view origin = "http://cloud.test";

/// Below the origin; what tests write begins after it.
const std::map<std::string, std::string>& bases() {
    static const std::map<std::string, std::string> paths = {{"identity", "/identity/v3"},
                                                             {"compute", "/compute/v2.1"},
                                                             {"network", "/network/v2.0"},
                                                             {"image", "/image/v2"},
                                                             {"object-store", "/v1/AUTH_p1"},
                                                             {"load-balancer", "/load-balancer/v2.0"},
                                                             {"dns", "/dns/v2"}};
    return paths;
}

std::string token_body() {
    json::array catalog;
    for (const auto& [type, path] : bases()) {
        // Neutron's catalog entry has no version, and its client puts it there.
        const std::string url = std::string(origin) + (type == "network" ? "/network" : path);
        json::object endpoint = {
            {"id", "e"}, {"interface", "public"}, {"region_id", "One"}, {"region", "One"}, {"url", url}};
        catalog.push_back(
            json::object{{"type", type}, {"name", type}, {"id", type}, {"endpoints", json::array{endpoint}}});
    }
    const json::object domain = {{"id", "default"}, {"name", "Default"}};
    return json::serialize(json::object{
        {"token",
         json::object{
             {"methods", json::array{"password"}},
             {"user", json::object{{"id", "u1"}, {"name", "ann"}, {"domain", domain}}},
             {"project", json::object{{"id", FakeService::project_id}, {"name", "demo"}, {"domain", domain}}},
             {"roles", json::array()},
             {"issued_at", "2026-01-01T00:00:00.000000Z"},
             {"expires_at", "2126-01-01T00:00:00.000000Z"},
             {"catalog", catalog}}}});
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string text_or_json(const json::value& value) {
    if (value.is_null()) {
        return {};
    }
    return value.is_string() ? json::value_to<std::string>(value) : json::serialize(value);
}

Recording read_recording(const fs::path& path) {
    const json::value all = json::parse(read_file(path));
    const auto& request = all.at("request");
    const auto& response = all.at("response");
    Recording result{.file = path.parent_path().filename().string() + "/" + path.filename().string(),
                     .method = json::value_to<std::string>(request.at("method")),
                     .path = json::value_to<std::string>(request.at("path")),
                     .request_body = text_or_json(request.at("body")),
                     .status = response.at("status").to_number<int>(),
                     .body = text_or_json(response.at("body"))};
    for (const auto& [name, value] : response.at("headers").as_object()) {
        result.headers.add(std::string(name), json::value_to<std::string>(value));
    }
    return result;
}

std::vector<fs::path> recording_files(std::string_view service) {
    std::vector<fs::path> files;
    for (const auto& entry :
         fs::directory_iterator(fs::path(SOURCE_DIR) / "sdk/tests/recordings" / service)) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace

Recording recording(std::string_view service, int number) {
    std::array<char, 8> prefix{};
    std::snprintf(prefix.data(), prefix.size(), "%03d-", number);
    for (const fs::path& file : recording_files(service)) {
        if (file.filename().string().starts_with(prefix.data())) {
            return read_recording(file);
        }
    }
    throw std::runtime_error("no such recording");
}

std::vector<Recording> recordings(std::string_view service) {
    std::vector<Recording> all;
    for (const fs::path& file : recording_files(service)) {
        all.push_back(read_recording(file));
    }
    return all;
}

class FakeService::Transport : public http::Transport {
  public:
    Transport(std::string type, std::string newest) : type_(std::move(type)), newest_(std::move(newest)) {}

    http::WireAnswer perform(const http::WireRequest& request) override {
        std::string path = request.url.substr(origin.size());
        if (request.stop.stop_requested()) {
            throw http::TransportFault(http::Fault::cancelled, "stopped");
        }
        if (path.starts_with("/identity") && path.ends_with("/auth/tokens")) {
            return {.status = 201, .headers = {{"X-Subject-Token", "a-token"}}, .body = token_body()};
        }
        const std::string& base = bases().at(type_);
        if (auto answer = discovery(path, base)) {
            return *answer;
        }
        SeenRequest seen{.line = request.method + " " + path.substr(path.starts_with(base) ? base.size() : 0),
                         .headers = request.headers,
                         .body = request.body};
        if (request.source) {
            std::array<char, 1000> buffer{};
            while (const std::size_t count = request.source->read(buffer.data(), buffer.size())) {
                seen.body.append(buffer.data(), count);
            }
        }
        http::WireAnswer answer;
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(seen);
            auto& queue = answers_[seen.line];
            if (queue.empty()) {
                answer = {.status = 404,
                          .body = R"({"itemNotFound":{"message":"no answer for )" + seen.line + R"("}})"};
            } else {
                answer = queue.front();
                if (queue.size() > 1) {
                    queue.pop_front();
                }
            }
        }
        if (answer.status == 0) {
            throw http::TransportFault(http::Fault::lost, "the connection was reset");
        }
        if (request.sink && answer.status < 300) {
            // In pieces, as they come from a network.
            for (std::size_t at = 0; at < answer.body.size(); at += 700) {
                request.sink(std::string_view(answer.body).substr(at, 700));
            }
            answer.body.clear();
        }
        return answer;
    }

    std::optional<http::WireAnswer> discovery(const std::string& path, const std::string& base) const {
        if (path == "/identity/v3" || path == "/identity/v3/" || path == "/identity" ||
            path == "/identity/") {
            return http::WireAnswer{
                .status = 200,
                .body =
                    R"({"version":{"id":"v3.14","status":"stable","links":[{"rel":"self","href":"http://cloud.test/identity/v3/"}]}})"};
        }
        if (type_ != "object-store" && (path == base || path == base + "/")) {
            const std::string self = std::string(origin) + base + "/";
            const bool versions = type_ == "compute";
            return http::WireAnswer{
                .status = 200,
                .body = R"({"version":{"id":")" + base.substr(base.rfind('/') + 1) +
                        R"(","status":"CURRENT",)" +
                        (versions ? R"("version":")" + newest_ + R"(","min_version":"2.1",)" : "") +
                        R"("links":[{"rel":"self","href":")" + self + R"("}]}})"};
        }
        return std::nullopt;
    }

    std::mutex mutex_;
    std::string type_;
    std::string newest_;
    std::map<std::string, std::deque<http::WireAnswer>> answers_;
    std::vector<SeenRequest> requests_;
};

FakeService::FakeService(std::string type, std::string newest_microversion, int attempts)
    : transport_(std::make_shared<Transport>(type, std::move(newest_microversion))), type_(std::move(type)) {
    ConfigOptions options{.environment = std::map<std::string, std::string>(),
                          .folders = std::vector<std::string>()};
    options.settings = {{"auth_url", std::string(origin) + "/identity/v3"},
                        {"username", "ann"},
                        {"password", "secret"},
                        {"project_name", "demo"},
                        {"user_domain_name", "Default"},
                        {"project_domain_name", "Default"}};
    SessionOptions session_options;
    session_options.retry.attempts = attempts;
    session_options.retry.first_delay = std::chrono::milliseconds(0);
    session_ = std::make_shared<Session>(
        std::make_unique<Session::Impl>(CloudConfig::load(options), session_options, transport_, nullptr));
}

FakeService::~FakeService() = default;

Adapter FakeService::adapter() const {
    return {session_, type_};
}

void FakeService::on(const std::string& line, std::string body, int status, Headers headers) {
    const std::lock_guard lock(transport_->mutex_);
    transport_->answers_[line].push_back(
        {.status = status, .headers = std::move(headers), .body = std::move(body)});
}

void FakeService::on(const std::string& line, const Recording& recording) {
    on(line, recording.body, recording.status, recording.headers);
}

void FakeService::fail(const std::string& line) {
    on(line, "", 0);
}

std::vector<SeenRequest> FakeService::requests() const {
    const std::lock_guard lock(transport_->mutex_);
    return transport_->requests_;
}

std::vector<std::string> FakeService::lines() const {
    std::vector<std::string> lines;
    for (const SeenRequest& request : requests()) {
        lines.push_back(request.line);
    }
    return lines;
}

const SeenRequest FakeService::last() const {
    auto all = requests();
    if (all.empty()) {
        throw std::runtime_error("nothing was asked");
    }
    return all.back();
}

bool same_json(std::string_view left, std::string_view right) {
    boost::system::error_code left_error;
    boost::system::error_code right_error;
    const json::value a = json::parse(json::string_view(left.data(), left.size()), left_error);
    const json::value b = json::parse(json::string_view(right.data(), right.size()), right_error);
    return !left_error && !right_error && a == b;
}

std::string json_member(std::string_view text, std::string_view key) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    const auto* object = error ? nullptr : value.if_object();
    const auto* member =
        object == nullptr ? nullptr : object->if_contains(json::string_view(key.data(), key.size()));
    return member == nullptr ? std::string() : json::serialize(*member);
}

std::vector<std::string> json_elements(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    std::vector<std::string> elements;
    if (const auto* array = error ? nullptr : value.if_array()) {
        for (const auto& element : *array) {
            elements.push_back(json::serialize(element));
        }
    }
    return elements;
}

}  // namespace openstack::sdktest
