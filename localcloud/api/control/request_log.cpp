#include "localcloud/api/control/request_log.hpp"

#include "localcloud/api/control/faults.hpp"

namespace localcloud::api::control {

namespace {
constexpr std::size_t most_kept = 10'000;
}

std::uint64_t RequestLog::begun(const common::httpd::Request& request, bool from_instance) {
    // What is told of it is JSON, and clients may send any bytes; what they encoded stays as it is.
    const auto as_ascii = [](std::string_view text) {
        return common::httpd::percent_encode(text, "%/:@!$&'()*+,;=");
    };
    Entry entry{.service = as_ascii(service_of(request.path)),
                .method = request.method,
                .path = as_ascii(std::string_view{request.target}.substr(0, request.target.find('?'))),
                .from_instance = from_instance};
    const std::lock_guard lock{mutex_};
    ++(from_instance ? inside_ : outside_)[entry.service][entry.method];
    if (!from_instance) ++total_;
    recent_.push_back(std::move(entry));
    if (recent_.size() > most_kept) {
        recent_.pop_front();
        ++first_;
    }
    return first_ + recent_.size() - 1;
}

void RequestLog::ended(std::uint64_t number, const common::httpd::Response& response, bool struck) {
    const std::lock_guard lock{mutex_};
    if (number < first_ || number - first_ >= recent_.size()) return;
    Entry& entry = recent_[number - first_];
    entry.status = response.reset_connection ? 0 : response.status;
    entry.struck = struck;
}

void RequestLog::reset() {
    const std::lock_guard lock{mutex_};
    // Requests that are still being answered have numbers that must not come again.
    first_ += recent_.size();
    recent_.clear();
    outside_.clear();
    inside_.clear();
    total_ = 0;
}

json::object RequestLog::described(const Counts& counts) {
    json::object services;
    for (const auto& [service, methods] : counts) {
        json::object by_method;
        for (const auto& [method, count] : methods)
            by_method.emplace(method, count);
        services.emplace(service, std::move(by_method));
    }
    return services;
}

json::object RequestLog::describe(std::size_t most) const {
    const std::lock_guard lock{mutex_};
    json::array recent;
    for (std::size_t i = recent_.size() - std::min(most, recent_.size()); i < recent_.size(); ++i) {
        const Entry& entry = recent_[i];
        recent.push_back(json::object{{"service", entry.service},
                                      {"method", entry.method},
                                      {"path", entry.path},
                                      {"from_instance", entry.from_instance},
                                      {"status", entry.status},
                                      {"struck", entry.struck}});
    }
    return {{"total", total_},
            {"services", described(outside_)},
            {"from_instances", described(inside_)},
            {"recent", std::move(recent)}};
}

}  // namespace localcloud::api::control
