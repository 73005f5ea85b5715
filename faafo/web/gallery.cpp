#include "faafo/web/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "faafo/web/assets.hpp"
#include "faafo/web/pagination.hpp"

namespace faafo::web {
namespace mustache = kainjow::mustache;
namespace {

using common::httpd::Request;
using common::httpd::Response;

constexpr std::string_view template_name = "gallery.html";
constexpr std::int64_t unfinished_shown = 12;

/// Nothing is loaded from, sent to, or shown inside another site; no script or style but our files.
constexpr std::string_view content_security_policy =
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A tag that changes with the bytes (FNV-1a); no secret depends on it.
std::string tag_of(std::string_view bytes) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char byte : bytes)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
    return fmt::format("\"{:016x}\"", hash);
}

std::string_view media_type(std::string_view name) {
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    return "application/octet-stream";
}

const Asset* find_asset(std::string_view name) {
    const auto all = assets();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Asset& asset) { return asset.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::string number(double value) {
    return fmt::format("{}", value);
}

/// "12,345,678"
std::string grouped(std::int64_t value) {
    std::string text = std::to_string(value);
    for (auto position = static_cast<std::ptrdiff_t>(text.size()) - 3; position > 0; position -= 3) {
        text.insert(static_cast<std::size_t>(position), ",");
    }
    return text;
}

std::string constant(const std::complex<double>& c) {
    return fmt::format("{} {} {}i", c.real(), std::signbit(c.imag()) ? "−" : "+", std::abs(c.imag()));
}

mustache::data facts(const store::Fractal& fractal) {
    const render::Parameters& parameters = fractal.parameters;
    mustache::data data;
    data.set("uuid", fractal.uuid);
    data.set("width", std::to_string(parameters.width));
    data.set("height", std::to_string(parameters.height));
    data.set("iterations", std::to_string(parameters.iterations));
    data.set("xa", number(parameters.window.xa));
    data.set("xb", number(parameters.window.xb));
    data.set("ya", number(parameters.window.ya));
    data.set("yb", number(parameters.window.yb));
    data.set("duration", fractal.duration ? fmt::format("{:.6f}", *fractal.duration) : "?");
    data.set("size", grouped(fractal.size.value_or(0)));
    data.set("checksum", fractal.checksum.value_or(""));
    data.set("generated_by", fractal.generated_by.value_or(""));
    data.set("created_at", store::to_text(fractal.created_at));
    data.set("state", std::string(store::to_text(fractal.state)));
    if (fractal.c) data.set("c", constant(*fractal.c));
    if (fractal.state == store::State::failed) data.set("reason", fractal.failure_reason.value_or(""));
    return data;
}

mustache::data list(const std::vector<store::Fractal>& fractals) {
    mustache::data items{mustache::data::type::list};
    for (const store::Fractal& fractal : fractals)
        items << facts(fractal);
    return items;
}

mustache::data pagination(std::int64_t current, std::int64_t last) {
    mustache::data data;
    if (current > 1)
        data.set("previous", std::to_string(std::min(current - 1, std::max<std::int64_t>(last, 1))));
    if (current < last) data.set("next", std::to_string(current + 1));
    mustache::data numbers{mustache::data::type::list};
    for (const std::int64_t page : page_numbers(current, last)) {
        mustache::data item;
        item.set("number", std::to_string(page));
        item.set("gap", mustache::data{page == 0 ? mustache::data::type::bool_true
                                                 : mustache::data::type::bool_false});
        item.set("current", mustache::data{page == current ? mustache::data::type::bool_true
                                                           : mustache::data::type::bool_false});
        numbers << item;
    }
    data.set("numbers", numbers);
    return data;
}

store::Query in_states(std::vector<store::Value> states, std::vector<store::Order> order) {
    return {.filters = {{.field = "state", .op = store::Operator::in, .values = std::move(states)}},
            .order = std::move(order)};
}

}  // namespace

Gallery::Gallery(store::Store& store) : store_(store) {
    const Asset* page = find_asset(template_name);
    if (page == nullptr) throw std::logic_error("the gallery's template is not in the program");
    template_ = std::string(page->bytes);
    if (const mustache::mustache check(template_); !check.is_valid()) {
        throw std::logic_error("the gallery's template is broken: " + check.error_message());
    }
    for (const Asset& asset : assets())
        tags_.emplace(asset.name, tag_of(asset.bytes));
}

Gallery::~Gallery() = default;

Response Gallery::page(const Request& request, std::int64_t number) const {
    const std::vector<store::Order> newest_first{{.field = "created_at", .descending = true}};
    const std::vector<store::Order> in_order_of_work{{.field = "state"},
                                                     {.field = "created_at"}};  // d before q
    constexpr std::int64_t furthest = 1'000'000'000;
    const std::int64_t page = std::clamp<std::int64_t>(number, 0, furthest);
    const auto done = store_.list(in_states({"done"}, newest_first),
                                  page == 0 ? -1 : (page - 1) * fractals_per_page, fractals_per_page);
    const auto unfinished =
        store_.list(in_states({"queued", "drawing"}, in_order_of_work), 0, page == 1 ? unfinished_shown : 0);
    const auto failed = store_.list(in_states({"failed"}, newest_first), 0, page == 1 ? 3 : 0);
    const std::int64_t last = (done.total + fractals_per_page - 1) / fractals_per_page;

    mustache::data data;
    data.set("title", "First App Application for OpenStack");
    data.set("total", grouped(done.total));
    data.set("one", mustache::data{done.total == 1});
    data.set("fractals", list(done.fractals));
    data.set("nothing", mustache::data{done.fractals.empty()});
    data.set("nothing_at_all", mustache::data{done.total == 0});
    if (!unfinished.fractals.empty() || !failed.fractals.empty()) {
        mustache::data waiting;
        waiting.set("count", grouped(unfinished.total));
        waiting.set("any", mustache::data{unfinished.total > 0});
        waiting.set("items", list(unfinished.fractals));
        waiting.set("failures", list(failed.fractals));
        if (const auto more = unfinished.total - static_cast<std::int64_t>(unfinished.fractals.size());
            more > 0) {
            waiting.set("more", grouped(more));
        }
        data.set("waiting", waiting);
    }
    if (last > 1 || page > 1) data.set("pagination", pagination(page, last));
    data.set("pages", mustache::partial{[] { return std::string(find_asset("pages.html")->bytes); }});

    mustache::mustache view(template_);  // a parsed template is not safe to share between threads
    Response response{.headers = {{"Content-Type", "text/html; charset=utf-8"},
                                  {"Content-Security-Policy", std::string(content_security_policy)},
                                  {"X-Content-Type-Options", "nosniff"},
                                  {"Referrer-Policy", "no-referrer"},
                                  {"Cache-Control", "no-cache"}},
                      .body = view.render(data)};
    const std::string tag = tag_of(response.body);
    if (client_has(request, tag)) return not_modified(tag, "no-cache");
    response.headers.set("ETag", tag);
    return response;
}

Response Gallery::file(const Request& request, std::string_view name) const {
    const Asset* asset = name.ends_with(".html") ? nullptr : find_asset(name);
    if (asset == nullptr) {
        return {.status = 404,
                .headers = {{"Content-Type", "application/json"}},
                .body = R"({"message":"There is no such file"})"};
    }
    constexpr std::string_view cache_control = "public, max-age=300";
    const std::string& tag = tags_.find(name)->second;
    if (client_has(request, tag)) return not_modified(tag, cache_control);
    return {.headers = {{"Content-Type", std::string(media_type(name))},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Cache-Control", std::string(cache_control)},
                        {"ETag", tag}},
            .body = std::string(asset->bytes)};
}

bool client_has(const Request& request, std::string_view tag) {
    const auto known = request.headers.find("If-None-Match");
    return known && (*known == "*" || known->find(tag) != std::string_view::npos);
}

Response not_modified(std::string_view tag, std::string_view cache_control) {
    return {.status = 304,
            .headers = {{"ETag", std::string(tag)}, {"Cache-Control", std::string(cache_control)}}};
}

}  // namespace faafo::web
