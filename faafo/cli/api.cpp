#include "faafo/cli/api.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "faafo/api/fractal_json.hpp"

namespace faafo::cli {
namespace {

constexpr int create_tries = 4;
constexpr std::size_t per_page = 100;

[[noreturn]] void refused(const api::Reply& reply, std::string_view what) {
    std::string why = api::message_from_json(reply.body);
    if (why.empty()) why = "no reason given";
    throw Failed(fmt::format("{}: the API answered {}: {}", what, reply.status, why));
}

[[noreturn]] void not_found(const std::string& uuid) {
    throw Failed(fmt::format("fractal '{}' not found", uuid));
}

/// Reads an answer; what cannot be read was not sent by a faafo API.
template <typename Read>
auto understood(const std::string& endpoint_url, Read&& read) {
    try {
        return read();
    } catch (const api::BadAnswer& error) {
        throw Failed(fmt::format("{} does not answer like faafo's API: {}", endpoint_url, error.what()));
    }
}

std::string body_of(const store::Fractal& fractal) {
    const render::Parameters& p = fractal.parameters;
    return fmt::format(
        R"({{"uuid":{},"width":{},"height":{},"iterations":{},"xa":{},"xb":{},"ya":{},"yb":{}}})",
        api::json_string(fractal.uuid), p.width, p.height, p.iterations, api::json_number(p.window.xa),
        api::json_number(p.window.xb), api::json_number(p.window.ya), api::json_number(p.window.yb));
}

/// `q` of the next page: what comes after the last uuid seen. Page numbers would skip or repeat
/// fractals whenever somebody deletes or creates one in between.
std::string page_after(const std::string& uuid) {
    std::string path = fmt::format("/v1/fractal?results_per_page={}", per_page);
    if (uuid.empty()) return path;
    // {"filters":[{"name":"uuid","op":"gt","val":"…"}]}, percent-encoded
    return path +
           "&q=%7B%22filters%22%3A%5B%7B%22name%22%3A%22uuid%22%2C%22op%22%3A%22gt%22%2C%22val%22%3A%22" +
           uuid + "%22%7D%5D%7D";
}

}  // namespace

api::Reply Api::call(const std::string& method, const std::string& path, const std::string& body) {
    try {
        return client_.request(method, path, body);
    } catch (const api::Unreachable& error) {
        throw Failed(error.what());
    }
}

store::Fractal Api::create(const store::Fractal& fractal) {
    const std::string body = body_of(fractal);
    for (int attempt = 1;; ++attempt) {
        const bool last = attempt == create_tries;
        try {
            const api::Reply reply = client_.request("POST", "/v1/fractal", body);
            if (reply.status == 201) {
                return understood(client_.endpoint_url(), [&] { return api::fractal_from_json(reply.body); });
            }
            // An earlier try arrived after all.
            if (reply.status == 409 && attempt > 1) return fractal;
            if (reply.status != 503 || last) refused(reply, "the fractal was not created");
        } catch (const api::Unreachable& error) {
            if (last) throw Failed(error.what());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{200} * attempt);
    }
}

std::vector<store::Fractal> Api::list() {
    std::vector<store::Fractal> all;
    for (std::string last;;) {
        const api::Reply reply = call("GET", page_after(last));
        if (reply.status != 200) refused(reply, "the fractals cannot be listed");
        auto page = understood(client_.endpoint_url(), [&] { return api::list_from_json(reply.body); });
        if (page.fractals.empty()) return all;
        const std::string& next = page.fractals.back().uuid;
        if (!store::is_uuid(next) || next <= last) {
            throw Failed(fmt::format("{} does not answer like faafo's API: its list has no order",
                                     client_.endpoint_url()));
        }
        last = next;
        std::move(page.fractals.begin(), page.fractals.end(), std::back_inserter(all));
        if (static_cast<std::int64_t>(page.fractals.size()) >= page.total) return all;
    }
}

std::optional<store::Fractal> Api::find(const std::string& uuid) {
    const api::Reply reply = call("GET", "/v1/fractal/" + uuid);
    if (reply.status == 404) return std::nullopt;
    if (reply.status != 200) refused(reply, fmt::format("fractal '{}' cannot be shown", uuid));
    return understood(client_.endpoint_url(), [&] { return api::fractal_from_json(reply.body); });
}

std::string Api::picture(const std::string& uuid) {
    const auto fractal = find(uuid);
    if (!fractal) not_found(uuid);
    if (fractal->state != store::State::done) {
        throw Failed(fmt::format("fractal '{}' has no picture: it is {}{}", uuid, to_text(fractal->state),
                                 fractal->failure_reason ? ", " + *fractal->failure_reason : ""));
    }
    api::Reply reply = call("GET", "/fractal/" + uuid);
    if (reply.status == 404) not_found(uuid);
    if (reply.status != 200) refused(reply, fmt::format("the picture of fractal '{}' cannot be read", uuid));
    return std::move(reply.body);
}

void Api::remove(const std::string& uuid) {
    const api::Reply reply = call("DELETE", "/v1/fractal/" + uuid);
    if (reply.status == 404) not_found(uuid);
    if (reply.status < 200 || reply.status > 299)
        refused(reply, fmt::format("fractal '{}' was not deleted", uuid));
}

api::Status Api::status() {
    const api::Reply reply = call("GET", "/v1/status");
    if (reply.status != 200) refused(reply, "the status cannot be read");
    return understood(client_.endpoint_url(), [&] { return api::status_from_json(reply.body); });
}

}  // namespace faafo::cli
