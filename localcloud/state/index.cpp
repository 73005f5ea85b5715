#include "localcloud/state/index.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "localcloud/state/store.hpp"

namespace localcloud::state {

namespace {

constexpr std::array indexed{std::pair<Kind, std::string_view>{Kind::port, "device_id"},
                             std::pair<Kind, std::string_view>{Kind::port, "device_owner"},
                             std::pair<Kind, std::string_view>{Kind::port, "network_id"},
                             std::pair<Kind, std::string_view>{Kind::port, "project_id"},
                             std::pair<Kind, std::string_view>{Kind::floating_ip, "port_id"},
                             std::pair<Kind, std::string_view>{Kind::floating_ip, "floating_network_id"},
                             std::pair<Kind, std::string_view>{Kind::subnet, "network_id"}};

}  // namespace

void Index::add(Kind kind, const std::string& id, const Document& document) {
    for (const auto& place : indexed) {
        if (place.first != kind) continue;
        if (const std::string value = text(document, place.second); !value.empty())
            ids_[place][value].insert(id);
    }
}

void Index::remove(Kind kind, const std::string& id, const Document& document) {
    for (const auto& place : indexed) {
        if (place.first != kind) continue;
        auto& by_value = ids_[place];
        const auto found = by_value.find(text(document, place.second));
        if (found == by_value.end()) continue;
        found->second.erase(id);
        if (found->second.empty()) by_value.erase(found);
    }
}

bool Index::covers(Kind kind, std::string_view key, std::string_view value) {
    return !value.empty() && std::find(indexed.begin(), indexed.end(), std::pair{kind, key}) != indexed.end();
}

const Index::Ids& Index::find(Kind kind, std::string_view key, std::string_view value) const {
    static const Ids none;
    const auto place = ids_.find({kind, key});
    if (place == ids_.end()) return none;
    const auto found = place->second.find(std::string{value});
    return found == place->second.end() ? none : found->second;
}

}  // namespace localcloud::state
