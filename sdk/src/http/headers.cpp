#include <algorithm>
#include <string>
#include <string_view>

#include "openstack/http.hpp"

namespace openstack {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& [field, value] : fields_) {
        if (same_name(field, name)) return value;
    }
    return std::nullopt;
}

std::string Headers::get(std::string_view name) const { return std::string(find(name).value_or("")); }

void Headers::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
    std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
    add(std::move(name), std::move(value));
}

std::string Response::request_id() const {
    for (const char* name : {"x-openstack-request-id", "x-compute-request-id", "x-trans-id"}) {
        if (auto value = headers.find(name); value && !value->empty()) return std::string(*value);
    }
    return {};
}

}  // namespace openstack
