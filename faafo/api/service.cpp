#include "faafo/api/service.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "faafo/api/fractal_json.hpp"
#include "faafo/api/problem.hpp"
#include "faafo/api/request_body.hpp"
#include "faafo/api/search.hpp"
#include "faafo/api/status_json.hpp"
#include "faafo/config/version.hpp"
#include "faafo/queue/fault_point.hpp"

namespace faafo::api {
namespace {

using common::httpd::Request;
using common::httpd::Response;

constexpr std::uint64_t longest_request = 64 << 10;  // of a POST; a PUT carries a picture
constexpr std::uint64_t large_body = 4 << 20;
constexpr std::int64_t large_picture = 4 << 20;
constexpr std::chrono::seconds longest_wait_for_pictures{10};

[[noreturn]] void unknown(std::string_view uuid) {
    throw Problem(404, fmt::format("There is no fractal with the uuid {}", uuid.substr(0, 64)));
}

/// The path's, in the store's spelling. What is no UUID is no fractal's.
std::string uuid_of(const Request& request) {
    const std::string& uuid = request.param("uuid");
    if (!store::is_uuid(uuid)) unknown(uuid);
    return store::lower_case(uuid);
}

/// The address that the client used, if it looks like one: it goes into headers and links.
std::string base_url(const Request& request) {
    const std::string host = request.headers.get("Host");
    const bool plain = !host.empty() && host.size() < 262 &&
                       std::all_of(
                           host.begin(), host.end(),
                           [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                      (c >= '0' && c <= '9') ||
                                      std::string_view(".:-_[]").find(c) != std::string_view::npos;
                           });
    return (plain ? "http://" + host : std::string{}) + "/v1/fractal";
}

void require_json(const Request& request) {
    if (store::lower_case(request.headers.get("Content-Type")).starts_with("application/json")) return;
    throw Problem(415, R"(Request must have "Content-Type: application/json" header)");
}

/// All of them, or those after a uuid, as programs list page by page: that costs next to nothing.
bool follows_the_index(const store::Query& query) {
    return std::ranges::all_of(query.filters, [](const store::Condition& condition) {
        return condition.kind == store::Condition::Kind::values && condition.field == "uuid" &&
               condition.op != store::Operator::like && condition.op != store::Operator::ilike;
    });
}

Response busy(const char* why) {
    Response response = to_response(Problem(503, why));
    response.headers.set("Retry-After", "1");
    return response;
}

struct Link {
    std::string_view relation;
    std::string url;
};

std::vector<Link> links(const Request& request, const Search& search, std::int64_t last) {
    const auto url = [&](std::int64_t page) {
        return fmt::format("{}?page={}&results_per_page={}", base_url(request), page,
                           search.results_per_page);
    };
    std::vector<Link> all;
    if (search.page < last) all.push_back({"next", url(search.page + 1)});
    all.push_back({"last", url(last)});
    return all;
}

std::string link_header(const std::vector<Link>& links) {
    std::string text;
    for (const Link& link : links) {
        if (!text.empty()) text += ", ";
        text += fmt::format("<{}>; rel=\"{}\"", link.url, link.relation);
    }
    return text;
}

/// The name of a function that a page may have us call: a JavaScript identifier, or several joined by points.
bool is_callback(std::string_view name) {
    bool start = true;
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
        const bool digit = c >= '0' && c <= '9';
        if (c == '.' ? start : !(letter || (digit && !start))) return false;
        start = c == '.';
    }
    return !start && name.size() <= 64;
}

/// JSONP, for pages of other sites that read the API the old way.
Response with_callback(const Request& request, Response response, const std::vector<Link>& links = {}) {
    const auto callback = request.query_value("callback");
    if (!callback) return response;
    if (!is_callback(*callback)) throw Problem(400, "callback must be the name of a JavaScript function");
    std::string list;
    for (const Link& link : links) {
        if (!list.empty()) list += ',';
        list += fmt::format(R"({{"rel":"{}","url":{}}})", link.relation, json_string(link.url));
    }
    response.body = fmt::format(R"({}({{"data":{},"meta":{{"Link":[{}],"status":{}}}}}))", *callback,
                                response.body, list, response.status);
    response.headers.set("Content-Type", "application/javascript");
    return response;
}

Response no_picture(const std::optional<store::Fractal>& fractal, std::string_view uuid) {
    std::string message = "Fractal not found";
    std::string extra;
    if (fractal) {
        message = fmt::format("The fractal {} has no picture: it is {}", uuid, to_text(fractal->state));
        if (fractal->failure_reason) message += fmt::format(" ({})", *fractal->failure_reason);
        extra = fmt::format(R"(,"state":"{}")", to_text(fractal->state));
    }
    Response response =
        json_response(404, fmt::format(R"({{"code":404,"message":{}{}}})", json_string(message), extra));
    response.headers.set("Cache-Control", "no-store");
    if (fractal && fractal->state != store::State::failed) response.headers.set("Retry-After", "1");
    return response;
}

}  // namespace

Service::Service(store::Store& store, queue::Queue& queue, ServiceOptions options)
    : store_(store), queue_(queue), options_(options), gallery_(store), searches_(options.searches) {
    add_routes();
}

void Service::add_routes() {
    const auto to = [this](Response (Service::*member)(const Request&) const) {
        return [this, member](const Request& request) { return (this->*member)(request); };
    };
    router_.add("GET", "/v1/fractal", to(&Service::list));
    router_.add("POST", "/v1/fractal", to(&Service::create));
    router_.add("GET", "/v1/fractal/{uuid}", to(&Service::show));
    router_.add("PUT", "/v1/fractal/{uuid}", to(&Service::update));
    router_.add("DELETE", "/v1/fractal/{uuid}", to(&Service::remove));
    router_.add("GET", "/fractal/{uuid}", [this](const Request& request) { return picture(request, false); });
    router_.add("GET", "/fractal/{uuid}/thumbnail",
                [this](const Request& request) { return picture(request, true); });

    router_.add("GET", "/", [this](const Request& request) { return gallery_.page(request, 1); });
    router_.add("GET", "/index", [this](const Request& request) { return gallery_.page(request, 1); });
    router_.add("GET", "/index/{page}", [this](const Request& request) {
        const std::string& text = request.param("page");
        std::int64_t page = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page);
        if (error != std::errc{} || end != text.data() + text.size() || page < 0) {
            throw Problem(404, "There is no such page");
        }
        return gallery_.page(request, page);
    });
    router_.add("GET", "/static/{name}",
                [this](const Request& request) { return gallery_.file(request, request.param("name")); });

    router_.add("GET", "/healthz", [](const Request&) {
        return json_response(200, fmt::format(R"({{"status":"ok","version":"{}"}})", config::version));
    });
    router_.add("GET", "/readyz", [this](const Request&) { return readiness(); });
    router_.add("GET", "/v1/status", [this](const Request&) { return status(); });

    router_.set_not_found([](const Request& request) -> Response {
        throw Problem(404, fmt::format("There is nothing at {}", request.path.substr(0, 200)));
    });
    router_.set_method_not_allowed([](const Request& request) -> Response {
        if (request.method == "OPTIONS") return {.status = 200};
        return to_response(
            Problem(405, fmt::format("{} is not possible here", request.method.substr(0, 32))));
    });
}

Response Service::operator()(const Request& request) const {
    Response response;
    try {
        response = router_(request);
    } catch (const Problem& problem) {
        response = to_response(problem);
    } catch (const store::BadQuery& error) {
        response = to_response(Problem(400, std::string("Unable to construct query: ") + error.what()));
    } catch (const store::Unavailable& error) {
        spdlog::error("{} {}: {}", request.method, request.target, error.what());
        response = to_response(Problem(503, error.for_clients));
        response.headers.set("Retry-After", "2");
    }
    spdlog::debug("{} \"{} {}\" {} {}", request.remote_address, request.method, request.target,
                  response.status, response.body.size());
    return response;
}

Response Service::readiness() const {
    store_.check();
    // Without its broker the API takes requests all the same, and shows pictures: it stays ready.
    const auto trouble = queue_.trouble();
    return json_response(200, fmt::format(R"({{"database":"ok","queue":{},"status":"ready"}})",
                                          trouble ? json_string(*trouble) : R"("ok")"));
}

Response Service::status() const {
    store::Summary summary = store_.summary();
    return json_response(200, to_json(Status{.states = std::move(summary.states),
                                             .workers = std::move(summary.drawn_by),
                                             .queue_trouble = queue_.trouble()}));
}

Response Service::list(const Request& request) const {
    Search search = read_search(request);
    Turns::Turn turn;
    if (!follows_the_index(search.query)) {
        turn = searches_.take(options_.patience);
        if (!turn) return busy("Too many searches are at work; try again in a moment");
    }
    if (search.single) {
        const store::Page found = store_.list(search.query, 0, 1);
        if (found.total == 0) throw Problem(404, "No result found");
        if (found.total > 1) throw Problem(400, "Multiple results found");
        const store::Fractal& fractal = found.fractals.front();
        Response response = json_response(200, to_json(fractal));
        response.headers.set("Location", base_url(request) + "/" + fractal.uuid);
        return with_callback(request, std::move(response));
    }

    // Page 0 has nothing, as one beyond the last.
    const std::int64_t first = search.page == 0 ? -1 : (search.page - 1) * search.results_per_page;
    const store::Page page = store_.list(search.query, first, search.results_per_page);
    const std::int64_t last = (page.total + search.results_per_page - 1) / search.results_per_page;
    std::string body = fmt::format(R"({{"num_results":{},"objects":[)", page.total);
    std::string_view separator;
    for (const store::Fractal& fractal : page.fractals) {
        body.append(separator).append(to_json(fractal));
        separator = ",";
    }
    body += fmt::format(R"(],"page":{},"total_pages":{}}})", search.page, last);

    const auto related = links(request, search, last);
    Response response = json_response(200, std::move(body));
    response.headers.set("Link", link_header(related));
    return with_callback(request, std::move(response), related);
}

Response Service::create(const Request& request) const {
    require_json(request);
    if (request.body.size() > longest_request) {
        throw Problem(413, fmt::format("A request for a fractal has at most {} bytes", longest_request));
    }
    const store::Fractal fractal = read_new_fractal(request.body.read());
    try {
        store_.create(fractal);
    } catch (const store::DuplicateUuid&) {
        throw Problem(409,
                      {{.field = "uuid", .message = "is that of another fractal already: " + fractal.uuid}});
    }
    queue::fault_point("api-after-commit");
    queue_.notify();
    Response response = json_response(201, to_json(fractal));
    response.headers.set("Location", base_url(request) + "/" + fractal.uuid);
    return response;
}

Response Service::show(const Request& request) const {
    const std::string uuid = uuid_of(request);
    const auto fractal = store_.find(uuid);
    if (!fractal) unknown(uuid);
    return with_callback(request, json_response(200, to_json(*fractal)));
}

Response Service::update(const Request& request) const {
    require_json(request);
    const std::string uuid = uuid_of(request);
    const auto fractal = store_.find(uuid);
    const bool large = request.body.size() > large_body;
    if (!fractal && large) unknown(uuid);
    // One at a time: a body takes several times its size while it is read.
    std::unique_lock turn(large_bodies_, std::defer_lock);
    if (large) turn.lock();
    const Update update = read_update(request.body.read(), uuid, fractal);
    if (large) turn.unlock();
    if (!fractal) unknown(uuid);
    try {
        if (update.result) return json_response(200, to_json(store_.complete(*update.result)));
        if (update.failure_reason) {
            return json_response(200, to_json(store_.fail(uuid, *update.failure_reason, update.lease)));
        }
        return json_response(200, to_json(store_.change(uuid, update.change)));
    } catch (const store::NotFound&) {
        unknown(uuid);
    } catch (const store::AlreadyDrawn& error) {
        throw Problem(409, error.what());
    } catch (const store::LeaseLost& error) {
        throw Problem(409, error.what());
    } catch (const store::TooLarge& error) {
        throw Problem(413, error.what());
    }
}

Response Service::remove(const Request& request) const {
    const std::string uuid = uuid_of(request);
    if (!store_.remove(uuid)) unknown(uuid);
    return {.status = 204};
}

Response Service::picture(const Request& request, bool small) const {
    constexpr std::string_view cache_control = "public, max-age=86400, immutable";
    const std::string& given = request.param("uuid");
    if (!store::is_uuid(given)) return no_picture(std::nullopt, given);
    const std::string uuid = store::lower_case(given);
    const auto fractal = store_.find(uuid);
    if (!fractal || !fractal->checksum) return no_picture(fractal, uuid);
    const std::string tag = fmt::format("\"{}{}\"", *fractal->checksum, small ? "-small" : "");
    if (web::client_has(request, tag)) return web::not_modified(tag, cache_control);
    // One at a time: reading takes twice its size.
    Turns::Turn turn;
    if (!small && fractal->size.value_or(0) > large_picture) {
        turn = large_pictures_.take(longest_wait_for_pictures);
        if (!turn) return busy("Too many large pictures are asked for; try again in a moment");
    }
    auto image = small ? store_.thumbnail(uuid) : store_.image(uuid);
    if (!image) return no_picture(fractal, uuid);
    return {.headers = {{"Content-Type", "image/png"},
                        {"Cache-Control", std::string(cache_control)},
                        {"ETag", tag},
                        {"X-Content-Type-Options", "nosniff"}},
            .body = std::move(image->bytes),
            .held = std::move(turn)};
}

}  // namespace faafo::api
