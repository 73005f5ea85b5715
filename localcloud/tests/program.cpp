#include "localcloud/tests/program.hpp"

#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace localcloud::testing {

using common::process::Command;
using common::process::Result;

ProgramCloud::ProgramCloud(const std::string& word)
    : name_("test-" + word + "-" + std::to_string(::getpid())) {}

ProgramCloud::~ProgramCloud() {
    (void)run({"reset", "--yes"});
}

Command ProgramCloud::command(std::vector<std::string> words) const {
    Command command{.arguments = {BUILD_DIR "/bin/localcloud"},
                    .environment = {{"XDG_STATE_HOME", folder_.path().string()}},
                    .timeout = std::chrono::minutes(4)};
    for (std::string& word : words)
        command.arguments.push_back(std::move(word));
    command.arguments.insert(command.arguments.end(), {"--name", name_});
    return command;
}

Result ProgramCloud::run(std::vector<std::string> words) const {
    return common::process::run(command(std::move(words)));
}

std::filesystem::path ProgramCloud::state() const {
    return folder_.path() / "localcloud" / name_;
}

std::optional<cli::Running> ProgramCloud::running() const {
    return cli::read_running(state());
}

int ProgramCloud::status_of_root() const {
    const auto now = running();
    if (!now) return 0;
    try {
        return common::testkit::HttpClient{now->endpoint}.get("/").status;
    } catch (const std::runtime_error&) {
        return 0;
    }
}

namespace {

/// The first entry of clouds.yaml is the user demo's.
std::string password(const ProgramCloud& cloud) {
    std::ifstream file{cli::clouds_file(cloud.state())};
    const std::string key = "password: ";
    for (std::string line; std::getline(file, line);) {
        if (const auto at = line.find(key); at != std::string::npos) return line.substr(at + key.size());
    }
    throw std::runtime_error{"there is no password in clouds.yaml"};
}

}  // namespace

Client::Client(const ProgramCloud& cloud) : http_(cloud.running().value().endpoint) {
    const json::value domain{{"id", "default"}};
    const json::value body{
        {"auth",
         {{"identity",
           {{"methods", {"password"}},
            {"password", {{"user", {{"name", "demo"}, {"domain", domain}, {"password", password(cloud)}}}}}}},
          {"scope", {{"project", {{"name", "demo"}, {"domain", domain}}}}}}}};
    const auto answer = http_.post("/identity/v3/auth/tokens", json::serialize(body));
    if (answer.status != 201) throw std::runtime_error{"no token: " + answer.body};
    token_ = answer.headers.get("X-Subject-Token");
}

json::value Client::ask(const std::string& method, const std::string& path, const json::value& body) {
    const std::string sent = body.is_null() ? std::string{} : json::serialize(body);
    const auto answer = http_.request(method, path, sent, {{"X-Auth-Token", token_}});
    if (answer.status >= 300)
        throw std::runtime_error{method + " " + path + ": " + std::to_string(answer.status) + " " +
                                 answer.body};
    return answer.body.empty() ? json::value{} : parse_json(answer.body);
}

}  // namespace localcloud::testing
