#include "localcloud/api/image/image_service.hpp"

#include <algorithm>
#include <array>

namespace localcloud::api::image {

namespace {

/// Glance's web library still calls it so.
std::string title_of(int status) {
    return status == 416 ? "Request Range Not Satisfiable"
                         : std::string{common::httpd::reason_phrase(status)};
}

std::string status_line(int status) {
    return std::to_string(status) + " " + title_of(status);
}

/// What the library says by itself where Glance adds a detail.
std::string_view general_text(int status) {
    return status == 416 ? "The Range requested is not available."
                         : "There was a conflict when trying to complete your request.";
}

/// As the library makes text of a page: its own ends of lines are spaces.
std::string without_tags(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    static constexpr std::string_view line_break = "<br />";
    for (std::size_t at = 0; (at = text.find(line_break)) != std::string::npos;)
        text.replace(at, line_break.size(), "\n");
    return text;
}

}  // namespace

ImageService::ImageService(Cloud& cloud, const Authenticator& authenticator)
    : Service("/image", authenticator), cloud_(cloud) {
    add_version_routes();
    add_schema_routes();
    add_image_routes();
    add_data_routes();
    add_member_routes();
}

Response ImageService::render(const ApiError& error, const Call& call) const {
    std::string explanation = std::string{error.what()} + "<br /><br />\n";
    if (error.type == "with-default")
        explanation = std::string{general_text(error.status)} + "<br /><br />\n" + error.what() + "\n\n";
    else if (error.type != "bare")
        explanation += "\n\n";
    // Who takes any type gets a page, and who says nothing gets text.
    const std::string accept = call.request.headers.get("Accept");
    const bool page = accept.find("*/*") != std::string::npos || accept.find("text/") != std::string::npos;
    if (!page && accept.find("json") != std::string::npos) {
        return json_response(error.status, {{"message", explanation},
                                            {"code", status_line(error.status)},
                                            {"title", title_of(error.status)}});
    }
    if (!page) {
        return {.status = error.status,
                .headers = {{"Content-Type", "text/plain; charset=UTF-8"}},
                .body = status_line(error.status) + "\n\n" + without_tags(explanation)};
    }
    return {.status = error.status,
            .headers = {{"Content-Type", "text/html; charset=UTF-8"}},
            .body = "<html>\n <head>\n  <title>" + status_line(error.status) +
                    "</title>\n </head>\n <body>\n  <h1>" + status_line(error.status) + "</h1>\n  " +
                    explanation + "\n </body>\n</html>"};
}

ApiError ImageService::unauthorized() const {
    ApiError error{
        401,
        "This server could not verify that you are authorized to access the document you requested. Either "
        "you supplied the wrong credentials (e.g., bad password), or your browser does not understand how "
        "to supply the credentials required."};
    error.headers.set("Www-Authenticate", "Keystone uri=\"" + cloud_.endpoint + "/identity\"");
    return error;
}

ApiError ImageService::no_such_path(const Request& /*request*/) const {
    return {404, "The resource could not be found."};
}

ApiError ImageService::no_such_method(const Request& request) const {
    return {405, "The method " + request.method + " is not allowed for this resource. ", "bare"};
}

std::string ImageService::allow(std::string methods) const {
    // The real one does not know what its library does with HEAD.
    static constexpr std::string_view head = ", HEAD";
    if (const std::size_t at = methods.find(head); at != std::string::npos) methods.erase(at, head.size());
    return methods;
}

void ImageService::finish(const Call& call, Response& response) const {
    // Neither the lists of versions nor the check of tokens is Glance's API yet.
    const std::string versions = prefix() + "/v2/";
    if (call.request.path.starts_with(versions) && call.request.path != versions && response.status != 401)
        Service::finish(call, response);
}

void ImageService::add_version_routes() {
    const auto versions = [this](int status) {
        return [this, status](const Call&) {
            static constexpr std::array ids{"v2.15", "v2.13", "v2.12", "v2.11", "v2.10",
                                            "v2.9",  "v2.8",  "v2.7",  "v2.6",  "v2.5",
                                            "v2.4",  "v2.3",  "v2.2",  "v2.1",  "v2.0"};
            json::array list;
            for (const char* id : ids) {
                list.push_back(json::object{
                    {"id", id},
                    {"status", list.empty() ? "CURRENT" : "SUPPORTED"},
                    {"links", json::array{json::object{{"rel", "self"},
                                                       {"href", cloud_.endpoint + prefix() + "/v2/"}}}}});
            }
            return json_response(status, {{"versions", std::move(list)}});
        };
    };
    route("GET", "", versions(300), Access::anyone);
    route("GET", "/", versions(300), Access::anyone);
    route("GET", "/versions", versions(200), Access::anyone);
    route("GET", "/v2", versions(300), Access::anyone);
    route("GET", "/v2/", versions(300), Access::anyone);
    // Of an older API nothing is left but where the others are.
    route("GET", "/v1/{path...}", versions(300), Access::anyone);
}

void ImageService::add_schema_routes() {
    const auto list_schema = [](const std::string& name, std::string_view item, bool pages) {
        json::object properties{{name, json::object{{"type", "array"}, {"items", parse_json(item)}}}};
        json::array links;
        for (const char* link : {"first", "next"}) {
            if (!pages) continue;
            properties.emplace(link, json::object{{"type", "string"}});
            links.push_back(json::object{{"rel", link}, {"href", "{" + std::string{link} + "}"}});
        }
        properties.emplace("schema", json::object{{"type", "string"}});
        links.push_back(json::object{{"rel", "describedby"}, {"href", "{schema}"}});
        return json::object{
            {"name", name}, {"properties", std::move(properties)}, {"links", std::move(links)}};
    };
    const auto answer = [this](const std::string& name, const json::value& schema) {
        route("GET", "/v2/schemas/" + name, [schema](const Call&) { return json_response(200, schema); });
    };
    answer("image", parse_json(image_schema));
    answer("images", list_schema("images", image_schema, true));
    answer("member", parse_json(member_schema));
    answer("members", list_schema("members", member_schema, false));
    route("GET", "/v2/info/import", [](const Call&) {
        return json_response(200,
                             {{"import-methods", json::object{{"description", "Import methods available."},
                                                              {"type", "array"},
                                                              {"value", json::array{}}}}});
    });
    route("GET", "/v2/info/stores", [](const Call&) {
        return json_response(200,
                             {{"stores", json::array{json::object{{"id", "file"}, {"default", "true"}}}}});
    });
    // Of quotas that are limited, and there are none.
    route("GET", "/v2/info/usage",
          [](const Call&) { return json_response(200, {{"usage", json::object{}}}); });
}

}  // namespace localcloud::api::image
