#include "localcloud/tests/api.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "common/testkit/wait.hpp"
#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/identity/identity.hpp"
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/network/preload.hpp"

namespace localcloud::testing {

namespace {

json::value as_json(const std::string& body) {
    try {
        return body.empty() ? json::value{} : parse_json(body);
    } catch (const std::invalid_argument&) {
        return json::value(body);
    }
}

}  // namespace

std::string ApiAnswer::at(const std::string& pointer) const {
    try {
        return to_text(body.at_pointer(pointer));
    } catch (const std::exception&) {
        throw std::runtime_error{"there is no " + pointer + " in " + std::to_string(status) + " " +
                                 json::serialize(body)};
    }
}

ApiAnswer recorded(const std::string& name, const std::map<std::string, std::string>& replace) {
    std::ifstream file{SOURCE_DIR "/localcloud/tests/recordings/" + name + ".json"};
    const json::value exchange = parse_json(std::string{std::istreambuf_iterator<char>{file}, {}});
    std::string body = json::serialize(exchange.at_pointer("/response/body"));
    for (const auto& [from, to] : replace) {
        for (auto at = body.find(from); at != std::string::npos; at = body.find(from, at + to.size()))
            body.replace(at, from.size(), to);
    }
    return {.status = exchange.at_pointer("/response/status").to_number<int>(), .body = parse_json(body)};
}

ApiCloud::ApiCloud()
    : cloud_{.name = "test",
             .endpoint = "http://127.0.0.1:1",
             .floating_range = "127.9.9.0/24",
             .directory = folder_.path(),
             .store = store_,
             .driver = driver_,
             .fabric = fabric_} {
    for (const char* name : {"spool", "images", "objects"})
        std::filesystem::create_directories(folder_.path() / name);
    api::identity::preload(cloud_, {.demo = "demo-password", .admin = "admin-password"});
    api::compute::preload(cloud_);
    api::network::preload(cloud_);
    front_ = std::make_unique<api::Front>(cloud_);
    server_ = std::make_unique<common::httpd::Server>(
        common::httpd::ServerOptions{.spool_directory = folder_.path() / "spool"},
        [this](const api::Request& request) { return (*front_)(request); });
    client_ = std::make_unique<common::testkit::HttpClient>(server_->url());
    for (const char* user : {"demo", "admin"})
        tokens_[user] = sign_in(user);
}

std::string ApiCloud::sign_in(const std::string& user) {
    const json::value domain{{"id", "default"}};
    const json::value body{
        {"auth",
         {{"identity",
           {{"methods", {"password"}},
            {"password",
             {{"user", {{"name", user}, {"domain", domain}, {"password", user + "-password"}}}}}}},
          {"scope", {{"project", {{"name", user}, {"domain", domain}}}}}}}};
    const auto answer = client_->post("/identity/v3/auth/tokens", json::serialize(body));
    if (answer.status != 201) throw std::runtime_error{"no token: " + answer.body};
    if (user == "demo") project_ = to_text(parse_json(answer.body).at_pointer("/token/project/id"));
    return answer.headers.get("X-Subject-Token");
}

void ApiCloud::add_user(const std::string& name) {
    const std::string identity = "/identity/v3/";
    const std::string project =
        ask("POST", identity + "projects", {{"project", {{"name", name}}}}, "admin").at("/project/id");
    const json::object wanted{{"name", name}, {"password", name + "-password"}};
    const std::string user = ask("POST", identity + "users", {{"user", wanted}}, "admin").at("/user/id");
    const std::string role = ask("GET", identity + "roles?name=member", {}, "admin").at("/roles/0/id");
    ask("PUT", identity + "projects/" + project + "/users/" + user + "/roles/" + role, {}, "admin");
    tokens_[name] = sign_in(name);
}

ApiAnswer ApiCloud::ask(const std::string& method, const std::string& path, const json::value& body,
                        const std::string& user, const std::string& microversion) {
    common::httpd::Headers headers{{"X-Auth-Token", tokens_.at(user)}};
    if (body.is_array()) headers.set("Content-Type", "application/openstack-images-v2.1-json-patch");
    if (!microversion.empty()) headers.set("OpenStack-API-Version", "compute " + microversion);
    const auto answer =
        client_->request(method, path, body.is_null() ? std::string{} : json::serialize(body), headers);
    return {.status = answer.status, .body = as_json(answer.body), .headers = answer.headers};
}

std::string ApiCloud::network() {
    return ask("GET", "/network/v2.0/networks?name=private").at("/networks/0/id");
}

std::string ApiCloud::image() {
    const auto found = ask("GET", "/image/v2/images?name=boots");
    if (!found.body.at("images").as_array().empty()) return found.at("/images/0/id");
    const std::string id = ask("POST", "/image/v2/images",
                               {{"name", "boots"}, {"disk_format", "raw"}, {"container_format", "bare"}})
                               .at("/id");
    const auto upload =
        client_->put("/image/v2/images/" + id + "/file", "image",
                     {{"X-Auth-Token", tokens_.at("demo")}, {"Content-Type", "application/octet-stream"}});
    if (upload.status != 204) throw std::runtime_error{"no image: " + upload.body};
    return id;
}

std::string ApiCloud::flavor(const std::string& name) {
    const auto answer = ask("GET", "/compute/v2.1/flavors");
    for (const json::value& flavor : answer.body.at("flavors").as_array())
        if (to_text(flavor.at("name")) == name) return to_text(flavor.at("id"));
    throw std::runtime_error{"there is no flavor " + name};
}

std::string ApiCloud::server(const std::string& name, const json::object& more) {
    json::object wanted{{"name", name}, {"imageRef", image()}, {"flavorRef", flavor()}};
    wanted["networks"] = json::array{json::object{{"uuid", network()}}};
    for (const auto& member : more)
        wanted[member.key()] = member.value();
    const std::string id =
        ask("POST", "/compute/v2.1/servers", {{"server", wanted}}, "demo", "2.90").at("/server/id");
    if (!becomes(id, "ACTIVE")) throw std::runtime_error{"the server " + name + " did not become ACTIVE"};
    return id;
}

bool ApiCloud::becomes(const std::string& server, const std::string& status) {
    return common::testkit::wait_until([&] {
        const auto answer = ask("GET", "/compute/v2.1/servers/" + server);
        return answer.status == 200 && answer.at("/server/status") == status &&
               answer.body.at_pointer("/server/OS-EXT-STS:task_state").is_null();
    });
}

bool ApiCloud::gone(const std::string& server) {
    return common::testkit::wait_until(
        [&] { return ask("GET", "/compute/v2.1/servers/" + server).status == 404; });
}

}  // namespace localcloud::testing
