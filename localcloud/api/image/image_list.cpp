// The list of images: what it can be asked for, its order and its pages.
#include <algorithm>
#include <array>
#include <charconv>

#include "localcloud/api/image/image_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::image {

using state::Kind;

namespace {

constexpr std::array<std::string_view, 8> sort_keys{"name", "status", "container_format", "disk_format",
                                                    "size", "id",     "created_at",       "updated_at"};
constexpr std::size_t default_page = 25;
constexpr std::size_t largest_page = 1000;

bool is_paging(std::string_view key) {
    return key == "limit" || key == "marker" || key == "sort" || key == "sort_key" || key == "sort_dir" ||
           key == "member_status" || key == "visibility" || key == "tag" || key == "os_hidden" ||
           key == "size_min" || key == "size_max" || key == "created_at" || key == "updated_at";
}

bool one_of(const std::string& list, const std::string& value) {
    std::size_t from = 0;
    while (from <= list.size()) {
        const std::size_t comma = std::min(list.find(',', from), list.size());
        std::string item = list.substr(from, comma - from);
        if (item.size() > 1 && item.front() == '"' && item.back() == '"')
            item = item.substr(1, item.size() - 2);
        if (item == value) return true;
        from = comma + 1;
    }
    return false;
}

bool matches(const Document& image, const Request& request) {
    const bool hidden = boolean(image, "os_hidden");
    const std::string wanted_hidden = request.query_value("os_hidden").value_or("false");
    if (hidden != (wanted_hidden == "true" || wanted_hidden == "True")) return false;
    const auto visibility = request.query_value("visibility");
    if (visibility && *visibility != "all" && *visibility != text(image, "visibility")) return false;
    for (const auto& [key, value] : request.query) {
        if (key == "tag") {
            const auto tags = texts(image, "tags");
            if (std::find(tags.begin(), tags.end(), value) == tags.end()) return false;
            continue;
        }
        if (key == "size_min" || key == "size_max") {
            const std::int64_t bound = std::atoll(value.c_str());
            const std::int64_t size = integer(image, "size");
            if (key == "size_min" ? size < bound : size > bound) return false;
            continue;
        }
        if (is_paging(key)) continue;
        const json::value* found = image.if_contains(key);
        if (found == nullptr) found = object(image, "_properties").if_contains(key);
        if (found == nullptr || found->is_null()) return false;
        const std::string actual = to_text(*found);
        const bool text_matches =
            value.starts_with("in:") ? one_of(value.substr(3), actual) : actual == value;
        const bool truth = found->is_bool() && (value == "True" || value == "true") == found->get_bool();
        if (!text_matches && !truth) return false;
    }
    return true;
}

struct SortKey {
    std::string name;
    bool descending = true;
};

std::vector<SortKey> read_sort_keys(const Request& request) {
    std::vector<SortKey> keys;
    const std::string sort = request.query_value("sort").value_or("");
    std::size_t from = 0;
    while (from < sort.size()) {
        const std::size_t comma = std::min(sort.find(',', from), sort.size());
        const std::string item = sort.substr(from, comma - from);
        const std::size_t colon = item.find(':');
        keys.push_back(
            {item.substr(0, colon), colon == std::string::npos || item.substr(colon + 1) != "asc"});
        from = comma + 1;
    }
    std::vector<std::string> directions;
    for (const auto& [key, value] : request.query) {
        if (key == "sort_key") keys.push_back({value, true});
        if (key == "sort_dir") directions.push_back(value);
    }
    for (std::size_t i = 0; i < keys.size() && !directions.empty(); ++i) {
        keys[i].descending = directions[std::min(i, directions.size() - 1)] != "asc";
    }
    for (const SortKey& key : keys) {
        if (std::find(sort_keys.begin(), sort_keys.end(), key.name) != sort_keys.end()) continue;
        throw ApiError{400,
                       "Invalid sort key: " + key.name +
                           ". It must be one of the following: name, status, container_format, disk_format, "
                           "size, id, created_at, updated_at."};
    }
    return keys;
}

bool before(const Document& left, const Document& right, const std::vector<SortKey>& keys) {
    for (const SortKey& key : keys) {
        int order = 0;
        if (key.name == "size") {
            const std::int64_t difference = integer(left, "size") - integer(right, "size");
            order = difference < 0 ? -1 : (difference > 0 ? 1 : 0);
        } else {
            order = text(left, key.name).compare(text(right, key.name));
        }
        if (order != 0) return key.descending ? order > 0 : order < 0;
    }
    return false;
}

std::size_t read_limit(const Request& request) {
    const std::string digits = request.query_value("limit").value_or("");
    if (digits.empty()) return default_page;
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
        throw ApiError{
            400, digits.starts_with('-') ? "limit param must be positive" : "limit param must be an integer"};
    }
    return std::min(limit, largest_page);
}

/// What a list cannot be asked for, in Glance's words.
void check_filters(const Request& request) {
    static constexpr std::array choices{"public", "private", "shared", "community", "all"};
    for (const auto& [key, value] : request.query) {
        const std::string_view text = value;
        if (key == "visibility" && std::find(choices.begin(), choices.end(), text) == choices.end())
            throw ApiError{400, "Invalid visibility value: " + value};
        if (key == "size_min" || key == "size_max") {
            if (value.empty() || value.find_first_not_of("0123456789") != std::string::npos)
                throw ApiError{400, "Unable to filter on a range with a non-numeric value."};
        }
        if (key == "sort_dir" && text != "asc" && text != "desc")
            throw ApiError{400, "Invalid sort direction: " + value};
        if (key == "protected" && text != "true" && text != "false") {
            throw ApiError{400, "Invalid value '" + value +
                                    "' for 'protected' filter. Valid values are 'true' or 'false'."};
        }
        if (key == "created_at" || key == "updated_at") {
            state::Time time;
            if (!state::parse_iso(value.substr(value.find(':') < 4 ? value.find(':') + 1 : 0), time)) {
                throw ApiError{400,
                               "Bad \"" + key + "\" query filter format. Use ISO 8601 DateTime notation."};
            }
        }
    }
}

}  // namespace

Response ImageService::list(const Call& call) const {
    check_filters(call.request);
    const std::vector<SortKey> keys = read_sort_keys(call.request);
    const std::size_t limit = read_limit(call.request);
    const auto view = cloud_.store.read();
    std::vector<const Document*> images = view.select(Kind::image, [&](const Document& image) {
        if (!visible(call.caller, image) || !matches(image, call.request)) return false;
        // What somebody shares with this project is shown once that was accepted, unless the request says otherwise.
        const json::value* entry = find_member(image, call.caller.project_id);
        if (entry != nullptr && !call.caller.is_admin() && text(image, "visibility") == "shared" &&
            text(image, "owner") != call.caller.project_id) {
            const std::string wanted =
                call.query("member_status").empty() ? "accepted" : call.query("member_status");
            if (wanted != "all" && text(entry->as_object(), "status") != wanted) return false;
        }
        // What others share with everybody but do not publish is shown on request only.
        return text(image, "visibility") != "community" || text(image, "owner") == call.caller.project_id ||
               call.query("visibility") == "community" || call.query("visibility") == "all";
    });
    std::reverse(images.begin(), images.end());  // the youngest first
    if (!keys.empty()) {
        std::stable_sort(images.begin(), images.end(), [&](const Document* left, const Document* right) {
            return before(*left, *right, keys);
        });
    }
    std::size_t from = 0;
    if (const std::string marker = call.query("marker"); !marker.empty()) {
        const auto found = std::find_if(images.begin(), images.end(),
                                        [&](const Document* image) { return text(*image, "id") == marker; });
        if (found == images.end()) throw ApiError{400, "No image found with ID " + marker};
        from = static_cast<std::size_t>(found - images.begin()) + 1;
    }
    const std::size_t to = std::min(images.size(), from + limit);
    json::array page;
    for (std::size_t i = from; i < to; ++i)
        page.emplace_back(shown(*images[i]));
    Document body{{"images", std::move(page)}};
    // Of several members with the same name, links keep the last.
    Request kept;
    for (const auto& [key, value] : call.request.query) {
        const auto earlier =
            std::find_if(kept.query.begin(), kept.query.end(),
                         [&, name = &key](const auto& member) { return member.first == *name; });
        if (earlier == kept.query.end()) {
            kept.query.emplace_back(key, value);
        } else {
            earlier->second = value;
        }
    }
    const std::string query = query_without(kept, {"marker"}, "");
    body.emplace("first", "/v2/images" + (query.empty() ? "" : "?" + query));
    // A page that is full has a successor, though it may turn out empty.
    if (limit > 0 && to - from == limit) {
        body.emplace("next", "/v2/images?" + (query.empty() ? "" : query + "&") +
                                 "marker=" + text(*images[to - 1], "id"));
    }
    body.emplace("schema", "/v2/schemas/images");
    return json_response(200, body);
}

}  // namespace localcloud::api::image
