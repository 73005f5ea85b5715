#include <algorithm>
#include <string>
#include <string_view>

#include "openstack/http.hpp"
#include "sdk/src/http/text.hpp"

namespace openstack {

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& [field, value] : fields_) {
        if (http::equal_ignoring_case(field, name)) return value;
    }
    return std::nullopt;
}

std::string Headers::get(std::string_view name) const {
    return std::string(find(name).value_or(""));
}

void Headers::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
    std::erase_if(fields_, [&](const auto& field) { return http::equal_ignoring_case(field.first, name); });
    add(std::move(name), std::move(value));
}

std::string Response::request_id() const {
    for (const char* name : {"x-openstack-request-id", "x-compute-request-id", "x-trans-id"}) {
        if (auto value = headers.find(name); value && !value->empty()) return std::string(*value);
    }
    return {};
}

}  // namespace openstack
