#include "deploy/apply/application_status.hpp"

#include <boost/json.hpp>
#include <chrono>

#include "deploy/apply/probe.hpp"

namespace deploy {
namespace {

namespace json = boost::json;

constexpr auto patience = std::chrono::seconds(5);
constexpr int not_found = 404;

std::optional<json::object> object_in(const std::string& text) {
    boost::system::error_code error;
    auto document = json::parse(text, error);
    if (error || !document.is_object()) return std::nullopt;
    return std::move(document.as_object());
}

std::optional<std::int64_t> number(const json::value* value) {
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return value->as_int64();
}

/// APIs that have no /v1/status say at least how many fractals there are.
std::optional<ApplicationStatus> count_only(const std::string& url, std::stop_token stop) {
    const auto answer = probe(url + "/v1/fractal?results_per_page=1", patience, std::move(stop));
    const auto object = answer.ok() ? object_in(answer.body) : std::nullopt;
    const auto count = object ? number(object->if_contains("num_results")) : std::nullopt;
    if (!count) return std::nullopt;
    return ApplicationStatus{.fractals = *count};
}

}  // namespace

std::optional<std::int64_t> ApplicationStatus::backlog() const {
    if (!queued && !drawing) return std::nullopt;
    return queued.value_or(0) + drawing.value_or(0);
}

std::optional<ApplicationStatus> parse_application_status(const std::string& body) {
    const auto object = object_in(body);
    const auto fractals = object ? number(object->if_contains("fractals")) : std::nullopt;
    if (!fractals) return std::nullopt;
    ApplicationStatus status{.fractals = *fractals,
                             .queued = number(object->if_contains("queued")),
                             .drawing = number(object->if_contains("drawing")),
                             .done = number(object->if_contains("done")),
                             .failed = number(object->if_contains("failed"))};
    const auto* workers = object->if_contains("workers");
    if (workers != nullptr && workers->is_object())
        for (const auto& [name, count] : workers->as_object())
            if (const auto drawn = number(&count)) status.drawn_by.emplace(name, *drawn);
    if (const auto* queue = object->if_contains("queue");
        queue != nullptr && queue->is_string() && *queue != "ok")
        status.queue_trouble = queue->as_string();
    return status;
}

std::optional<ApplicationStatus> application_status(const std::string& url, std::stop_token stop) {
    const auto answer = probe(url + "/v1/status", patience, stop);
    if (answer.ok()) return parse_application_status(answer.body);
    if (answer.status == not_found) return count_only(url, std::move(stop));
    return std::nullopt;
}

}  // namespace deploy
