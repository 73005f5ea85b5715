#include "localcloud/api/compute/server_filters.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <stdexcept>

#include "localcloud/api/compute/pattern.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

constexpr int administrators_only = latest_microversion + 1;

/// How a server is compared with what the query says.
enum class How {
    same,
    same_at_end,  ///< an ID, or a URL that ends with it
    truth,
    expression,
    part_of_time,
    address,
    all_tags,
    any_tag,
    not_all_tags,
    not_any_tag,
    items  ///< of its metadata, as JSON
};

struct Filter {
    std::string_view key;
    How how;
    std::string_view member;  ///< of the server's document
    int since = 1;            ///< for everybody; before, Nova does not listen
    int for_administrators_since = 1;
};

constexpr std::array filters{
    Filter{"name", How::expression, "name"},
    Filter{"image", How::same_at_end, "image_id"},
    Filter{"flavor", How::same_at_end, "flavor"},
    Filter{"reservation_id", How::expression, "reservation_id"},
    Filter{"ip", How::address, "4"},
    Filter{"ip6", How::address, "6", 5},
    Filter{"tags", How::all_tags, "tags", 26, 26},
    Filter{"tags-any", How::any_tag, "tags", 26, 26},
    Filter{"not-tags", How::not_all_tags, "tags", 26, 26},
    Filter{"not-tags-any", How::not_any_tag, "tags", 26, 26},
    Filter{"locked", How::truth, "locked", 73, 73},
    Filter{"availability_zone", How::expression, "availability_zone", 83},
    Filter{"config_drive", How::expression, "config_drive", 83},
    Filter{"key_name", How::expression, "key_name", 83},
    Filter{"created_at", How::part_of_time, "created", 83},
    Filter{"launched_at", How::part_of_time, "launched_at", 83},
    Filter{"terminated_at", How::part_of_time, "terminated_at", 83},
    Filter{"power_state", How::expression, "power_state", 83},
    Filter{"task_state", How::same, "task_state", 83},
    Filter{"vm_state", How::same, "vm_state", 83},
    Filter{"progress", How::expression, "progress", 83},
    Filter{"user_id", How::same, "user_id", 83},
    Filter{"access_ip_v4", How::expression, "accessIPv4", administrators_only},
    Filter{"access_ip_v6", How::expression, "accessIPv6", administrators_only},
    Filter{"auto_disk_config", How::expression, "disk_config", administrators_only},
    Filter{"display_description", How::expression, "description", administrators_only},
    Filter{"display_name", How::expression, "name", administrators_only},
    Filter{"host", How::same, "host", administrators_only},
    Filter{"hostname", How::expression, "hostname", administrators_only},
    Filter{"image_ref", How::same, "image_id", administrators_only},
    Filter{"kernel_id", How::expression, "kernel_id", administrators_only},
    Filter{"launch_index", How::expression, "launch_index", administrators_only},
    Filter{"locked_by", How::expression, "locked_by", administrators_only},
    Filter{"metadata", How::items, "metadata", administrators_only},
    Filter{"node", How::expression, "host", administrators_only},
    Filter{"ramdisk_id", How::expression, "ramdisk_id", administrators_only},
    Filter{"root_device_name", How::expression, "root_device_name", administrators_only},
    Filter{"uuid", How::same, "id", administrators_only},
};

/// Keys that are read elsewhere, and at the end those that Nova takes and has nothing to compare with.
constexpr std::array other_keys{"all_tenants", "changes-before", "changes-since", "deleted",
                                "limit",       "marker",         "project_id",    "sort_dir",
                                "sort_key",    "status",         "tenant_id",     "block_device_mapping",
                                "description", "info_cache",     "soft_deleted"};

/// As the column of Nova's database has it; nothing for NULL, which matches nothing.
std::optional<std::string> column(const Document& server, std::string_view member_name) {
    if (member_name == "flavor") return text(object(server, "flavor"), "id");
    if (member_name == "config_drive") return boolean(server, "config_drive") ? "True" : "";
    if (member_name == "disk_config") return text(server, "disk_config") == "AUTO" ? "1" : "0";
    if (member_name == "progress") return "0";
    if (member_name == "kernel_id" || member_name == "ramdisk_id") return "";
    if (member_name == "locked_by") {
        if (boolean(server, "locked")) return "owner";
        return std::nullopt;
    }
    if (member_name == "root_device_name") {
        if (!text(server, "host").empty()) return "/dev/vda";
        return std::nullopt;
    }
    const json::value* value = member(server, member_name);
    return value == nullptr ? std::nullopt : std::optional{to_text(*value)};
}

Pattern pattern_of(std::string_view key, const std::string& expression) {
    try {
        return Pattern{expression};
    } catch (const std::invalid_argument& error) {
        throw invalid_query(key, expression, "'" + expression + "' is not a 'regex': " + error.what());
    }
}

/// Nova has addresses of both versions, this cloud those of IPv4.
bool address_matches(const state::View& view, const Document& server, std::string_view version,
                     const Pattern& pattern) {
    if (version != "4") return false;
    for (const auto& network : addresses_of(view, server, false)) {
        for (const json::value& address : network.value().as_array()) {
            if (pattern.found_in(text(address.as_object(), "addr"))) return true;
        }
    }
    return false;
}

/// How many of the tags in the list, which has commas, the server has; and how many there are in it.
std::pair<std::size_t, std::size_t> tags_of(const Document& server, const std::string& list) {
    const auto tags = texts(server, "tags");
    std::size_t found = 0;
    std::size_t named = 0;
    for (std::size_t from = 0; from <= list.size(); ++named) {
        const std::size_t comma = std::min(list.find(',', from), list.size());
        found += static_cast<std::size_t>(
            std::count(tags.begin(), tags.end(), std::string_view{list}.substr(from, comma - from)));
        from = comma + 1;
    }
    return {found, named};
}

bool truth(const std::string& value) {
    return value == "1" || value == "true" || value == "True";
}

bool wants_all_projects(const Call& call) {
    if (!call.has_query("all_tenants")) return false;
    std::string value = call.query("all_tenants");
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    for (const std::string_view yes : {"", "1", "on", "t", "true", "y", "yes"}) {
        if (value == yes) return true;
    }
    for (const std::string_view no : {"0", "f", "false", "n", "no", "off"}) {
        if (value == no) return false;
    }
    throw bad_request("Unrecognized value '" + call.query("all_tenants") +
                      "', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', "
                      "'true', 'y', 'yes'");
}

/// When a list of changes begins or ends; nothing where it is not asked for.
std::optional<state::Time> time_in_query(const Call& call, const char* key) {
    if (!call.has_query(key)) return std::nullopt;
    state::Time time;
    if (!state::parse_iso(call.query(key), time))
        throw invalid_query(key, call.query(key), "'" + call.query(key) + "' is not a 'date-time'");
    return time;
}

/// A time in the form in which Nova compares it with a filter.
std::string as_in_database(std::string time) {
    std::replace(time.begin(), time.end(), 'T', ' ');
    std::erase(time, 'Z');
    return time;
}

Document items_of(const std::string& value) {
    try {
        if (const json::value items = parse_json(value); items.is_object()) return items.get_object();
    } catch (const std::invalid_argument&) {
    }
    throw invalid_query("metadata", value, "'" + value + "' is no JSON object");
}

bool has_items(const Document& server, const Document& items) {
    const Document& metadata = object(server, "metadata");
    return std::all_of(items.begin(), items.end(), [&](const auto& item) {
        const json::value* value = metadata.if_contains(item.key());
        return value != nullptr && *value == item.value();
    });
}

using Comparison = std::function<bool(const Document& server)>;

Comparison comparison(const state::View& view, const Filter& filter, const std::vector<std::string>& values) {
    const std::string& value = values.front();
    switch (filter.how) {
        case How::same:
            return [=](const Document& server) {
                const auto actual = column(server, filter.member);
                return actual && std::find(values.begin(), values.end(), *actual) != values.end();
            };
        case How::same_at_end:
            return [=, wanted = value.substr(value.rfind('/') + 1)](const Document& server) {
                return column(server, filter.member) == wanted;
            };
        case How::truth:
            return [=, wanted = truth(value)](const Document& server) {
                return boolean(server, filter.member) == wanted;
            };
        case How::expression:
            return [=, pattern = pattern_of(filter.key, value)](const Document& server) {
                const auto actual = column(server, filter.member);
                return actual && pattern.found_in(*actual);
            };
        case How::part_of_time:
            return [=, part = as_in_database(value)](const Document& server) {
                return as_in_database(text(server, filter.member)).find(part) != std::string::npos;
            };
        case How::address:
            return [=, &view, pattern = pattern_of(filter.key, value)](const Document& server) {
                return address_matches(view, server, filter.member, pattern);
            };
        case How::all_tags:
        case How::any_tag:
        case How::not_all_tags:
        case How::not_any_tag:
            return [=](const Document& server) {
                const auto [found, named] = tags_of(server, value);
                const bool any = filter.how == How::any_tag || filter.how == How::not_any_tag;
                const bool fits = any ? found > 0 : found == named;
                return fits == (filter.how == How::all_tags || filter.how == How::any_tag);
            };
        case How::items:
            return [=, items = items_of(value)](const Document& server) { return has_items(server, items); };
    }
    return {};
}

/// Since 2.75 any other key is refused.
void check_keys(const Request& request) {
    for (const auto& [key, value] : request.query) {
        const bool known = key.starts_with('_') ||
                           std::find(other_keys.begin(), other_keys.end(), key) != other_keys.end() ||
                           std::any_of(filters.begin(), filters.end(),
                                       [&](const Filter& filter) { return filter.key == key; });
        if (!known) throw bad_request("'" + key + "' does not match any of the regexes: '^_'");
    }
}

std::vector<std::string> values_of(const Request& request, std::string_view key) {
    std::vector<std::string> values;
    for (const auto& [name, value] : request.query)
        if (name == key) values.push_back(value);
    return values;
}

std::vector<Comparison> comparisons(const state::View& view, const Call& call) {
    std::vector<Comparison> wanted;
    for (const Filter& filter : filters) {
        const auto values = values_of(call.request, filter.key);
        const int since = call.caller.is_admin() ? filter.for_administrators_since : filter.since;
        if (values.empty() || call.microversion < since) continue;
        // A client that leaves a field of its form empty does not mean servers without a name.
        if (values.front().empty() && filter.member != "tags") continue;
        wanted.push_back(comparison(view, filter, values));
    }
    return wanted;
}

/// Those that are there, and those that are gone where the request is for them, in order of creation.
std::vector<const Document*> candidates(const state::View& view, const Call& call) {
    const bool changes =
        call.has_query("changes-since") || (call.microversion >= 66 && call.has_query("changes-before"));
    const bool says = call.caller.is_admin() && call.has_query("deleted");
    std::vector<const Document*> found;
    if (says ? truth(call.query("deleted")) : changes) found = view.all(Kind::deleted_server);
    if (says && truth(call.query("deleted"))) return found;
    const auto present = view.all(Kind::server);
    found.insert(found.end(), present.begin(), present.end());
    std::stable_sort(found.begin(), found.end(), [](const Document* left, const Document* right) {
        return text(*left, "created") < text(*right, "created");
    });
    return found;
}

/// Whose servers; nothing for everybody's.
std::optional<std::string> project_of(const Call& call) {
    if (!wants_all_projects(call)) return call.caller.project_id;
    if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:servers:index:get_all_tenants");
    const std::string named =
        call.query("project_id").empty() ? call.query("tenant_id") : call.query("project_id");
    return named.empty() ? std::nullopt : std::optional{named};
}

}  // namespace

std::vector<const Document*> filtered_servers(const state::View& view, const Call& call) {
    const std::optional<std::string> project = project_of(call);
    if (call.microversion >= 75) check_keys(call.request);
    const std::optional<state::Time> since = time_in_query(call, "changes-since");
    std::optional<state::Time> before;
    if (call.microversion >= 66) before = time_in_query(call, "changes-before");
    std::vector<std::string> states = values_of(call.request, "status");
    for (std::string& state : states)
        std::transform(state.begin(), state.end(), state.begin(),
                       [](unsigned char c) { return std::toupper(c); });
    const std::vector<Comparison> compared = comparisons(view, call);
    const auto wanted = [&](const Document& server) {
        if (project && text(server, "project_id") != *project) return false;
        if (!states.empty() && std::find(states.begin(), states.end(), status_of(server)) == states.end())
            return false;
        state::Time updated;
        if ((since || before) && !state::parse_iso(text(server, "updated"), updated)) return false;
        if ((since && updated < *since) || (before && updated > *before)) return false;
        return std::all_of(compared.begin(), compared.end(),
                           [&](const Comparison& comparison) { return comparison(server); });
    };
    std::vector<const Document*> found = candidates(view, call);
    std::erase_if(found, [&](const Document* server) { return !wanted(*server); });
    return found;
}

}  // namespace localcloud::api::compute
