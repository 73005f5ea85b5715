#include "faafo/api/status_json.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "faafo/api/fractal_json.hpp"

namespace faafo::api {
namespace json = boost::json;
namespace {

using store::State;

constexpr std::array all_states{State::queued, State::drawing, State::done, State::failed};
constexpr std::string_view no_trouble = "ok";

}  // namespace

std::string to_json(const Status& status) {
    std::int64_t total = 0;
    json::object object;
    for (const State state : all_states) {
        const auto found = status.states.find(state);
        const std::int64_t count = found == status.states.end() ? 0 : found->second;
        object[std::string(to_text(state))] = count;
        total += count;
    }
    object["fractals"] = total;
    object["queue"] = status.queue_trouble.value_or(std::string(no_trouble));
    json::object workers;
    for (const auto& [name, count] : status.workers)
        workers[name] = count;
    object["workers"] = std::move(workers);
    return json::serialize(object);
}

Status status_from_json(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) throw BadAnswer("the answer is no JSON object");
    const json::object& object = value.get_object();
    const auto count = [](const json::value* number, std::string_view name) {
        if (number == nullptr || !number->is_int64()) throw BadAnswer(fmt::format("'{}' is no count", name));
        return number->get_int64();
    };
    Status status;
    for (const State state : all_states)
        status.states[state] = count(object.if_contains(std::string(to_text(state))), to_text(state));
    if (const auto* queue = object.if_contains("queue"); queue != nullptr && queue->is_string()) {
        std::string words(queue->get_string());
        if (words != no_trouble) status.queue_trouble = std::move(words);
    }
    const auto* workers = object.if_contains("workers");
    if (workers == nullptr || !workers->is_object()) throw BadAnswer("'workers' is no object");
    for (const auto& worker : workers->get_object())
        status.workers[std::string(worker.key())] = count(&worker.value(), "workers");
    return status;
}

}  // namespace faafo::api
