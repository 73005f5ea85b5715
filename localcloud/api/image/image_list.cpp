// The list of images: what it can be asked for, its order and its pages.
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>

#include "localcloud/api/image/image_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::image {

using state::Kind;

namespace {

constexpr std::array<std::string_view, 8> sort_keys{"name", "status", "container_format", "disk_format",
                                                    "size", "id",     "created_at",       "updated_at"};
constexpr std::size_t default_page = 25;
constexpr std::size_t largest_page = 1000;

/// Whether the list, separated by commas but for those in double quotes, has the value.
bool one_of(const std::string& list, const std::string& value) {
    std::string item;
    bool quoted = false;
    for (const char letter : list + ",") {
        if (letter == '"') {
            quoted = !quoted;
        } else if (letter != ',' || quoted) {
            item += letter;
        } else {
            if (item == value) return true;
            item.clear();
        }
    }
    return false;
}

using Test = std::function<bool(const Document& image)>;

/// "gte:2026-11-22T10:00:00Z" to "gte" and the rest; "eq" where the value has no operator.
std::pair<std::string, std::string> split_operator(const std::string& value) {
    const std::size_t colon = value.find(':');
    if (colon == std::string::npos) return {"eq", value};
    return {value.substr(0, colon), value.substr(colon + 1)};
}

Test by_visibility(const std::string& /*key*/, const std::string& value) {
    static constexpr std::array choices{"public", "private", "shared", "community", "all"};
    if (std::find(choices.begin(), choices.end(), value) == choices.end())
        throw ApiError{400, "Invalid visibility value: " + value};
    return [value](const Document& image) { return value == "all" || text(image, "visibility") == value; };
}

Test by_truth(const std::string& key, const std::string& value) {
    if (value != "true" && value != "false") {
        throw ApiError{400, "Invalid value '" + value + "' for '" + key +
                                "' filter. Valid values are 'true' or 'false'."};
    }
    return [key, value](const Document& image) { return boolean(image, key) == (value == "true"); };
}

Test by_tag(const std::string& /*key*/, const std::string& value) {
    return [value](const Document& image) {
        const auto tags = texts(image, "tags");
        return std::find(tags.begin(), tags.end(), value) != tags.end();
    };
}

/// "size_min", "min_ram_max" …
Test by_bound(const std::string& key, const std::string& value) {
    std::int64_t bound = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bound);
    if (error != std::errc{} || end != value.data() + value.size())
        throw ApiError{400, "Unable to filter on a range with a non-numeric value."};
    return [member_name = key.substr(0, key.size() - 4), least = key.ends_with("_min"),
            bound](const Document& image) {
        // An image without bytes has no size, which is neither less nor more.
        const json::value* found = member(image, member_name);
        if (found == nullptr) return false;
        const std::int64_t actual = integer(image, member_name);
        return least ? actual >= bound : actual <= bound;
    };
}

Test by_time(const std::string& key, const std::string& value) {
    static const std::map<std::string, std::function<bool(state::Time, state::Time)>> comparisons{
        {"eq", std::equal_to{}}, {"neq", std::not_equal_to{}}, {"lt", std::less{}},
        {"gt", std::greater{}},  {"lte", std::less_equal{}},   {"gte", std::greater_equal{}}};
    state::Time wanted;
    auto [operation, moment] = split_operator(value);
    if (state::parse_iso(value, wanted)) {  // its own colons are no operator's
        operation = "eq";
    } else if (!state::parse_iso(moment, wanted)) {
        throw ApiError{400, "Bad \"" + key + "\" query filter format. Use ISO 8601 DateTime notation."};
    }
    const auto comparison = comparisons.find(operation);
    if (comparison == comparisons.end()) throw ApiError{400, "Unable to filter on a unknown operator."};
    return [key, wanted, compare = comparison->second](const Document& image) {
        state::Time actual;
        return state::parse_iso(text(image, key), actual) && compare(actual, wanted);
    };
}

Test by_words(const std::string& key, const std::string& value) {
    const auto [operation, words] = split_operator(value);
    if (operation != "in" && operation != "eq")
        throw ApiError{400, "Unable to filter by unknown operator '" + operation + "'."};
    return [key, several = operation == "in", words = words](const Document& image) {
        const json::value* found = member(image, key);
        return found != nullptr && (several ? one_of(words, to_text(*found)) : to_text(*found) == words);
    };
}

/// Any other attribute, and properties, which may have any name.
Test by_value(const std::string& key, const std::string& value) {
    return [key, value](const Document& image) {
        const json::value* found = image.if_contains(key);
        if (found == nullptr) found = object(image, "_properties").if_contains(key);
        return found != nullptr && !found->is_null() && to_text(*found) == value;
    };
}

Test refuse_changes_since(const std::string& /*key*/, const std::string& /*value*/) {
    throw ApiError{400, "The \"changes-since\" filter is no longer available on v2."};
}

/// What says which page of the list is wanted, and in which order, is read elsewhere.
Test ignore(const std::string& /*key*/, const std::string& /*value*/) {
    return {};
}

/// What the request asks for: each image of the list passes all of them.
std::vector<Test> read_filters(const Request& request) {
    static const std::map<std::string, Test (*)(const std::string& key, const std::string& value)> filters{
        {"visibility", by_visibility},
        {"os_hidden", by_truth},
        {"protected", by_truth},
        {"tag", by_tag},
        {"size_min", by_bound},
        {"size_max", by_bound},
        {"min_ram_min", by_bound},
        {"min_ram_max", by_bound},
        {"min_disk_min", by_bound},
        {"min_disk_max", by_bound},
        {"created_at", by_time},
        {"updated_at", by_time},
        {"name", by_words},
        {"id", by_words},
        {"status", by_words},
        {"container_format", by_words},
        {"disk_format", by_words},
        {"changes-since", refuse_changes_since},
        {"limit", ignore},
        {"marker", ignore},
        {"sort", ignore},
        {"sort_key", ignore},
        {"sort_dir", ignore},
        {"member_status", ignore},
    };
    std::vector<Test> tests;
    for (auto [key, value] : request.query) {
        if (key == "os_hidden") {
            std::transform(value.begin(), value.end(), value.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
        }
        const auto filter = filters.find(key);
        if (Test test = filter == filters.end() ? by_value(key, value) : filter->second(key, value))
            tests.push_back(std::move(test));
    }
    if (!request.query_value("os_hidden")) tests.push_back(by_truth("os_hidden", "false"));
    return tests;
}

struct SortKey {
    std::string name;
    bool descending = true;
};

SortKey read_sort_key(const std::string& name, const std::string& direction) {
    if (std::find(sort_keys.begin(), sort_keys.end(), name) == sort_keys.end()) {
        throw ApiError{400,
                       "Invalid sort key: " + name +
                           ". It must be one of the following: name, status, container_format, disk_format, "
                           "size, id, created_at, updated_at."};
    }
    if (direction != "asc" && direction != "desc")
        throw ApiError{400, "Invalid sort direction: " + direction};
    return {name, direction == "desc"};
}

/// In either syntax: "sort=name:asc,size", or "sort_key=name&sort_dir=asc&sort_key=size&sort_dir=desc". The last one is
/// the time of creation, which decides between images that are the same in all others.
std::vector<SortKey> read_sort_keys(const Request& request) {
    const std::string usual = "desc";
    std::vector<std::string> names;
    std::vector<std::string> directions;
    for (const auto& [key, value] : request.query) {
        if (key == "sort_key") names.push_back(value);
        if (key == "sort_dir") directions.push_back(value);
    }
    if (const auto sort = request.query_value("sort")) {
        if (!names.empty() || !directions.empty())
            throw ApiError{400, "Old and new sorting syntax cannot be combined"};
        for (std::size_t from = 0; from <= sort->size();) {
            const std::size_t comma = std::min(sort->find(',', from), sort->size());
            const std::string item = sort->substr(from, comma - from);
            const std::size_t colon = std::min(item.find(':'), item.size());
            names.push_back(item.substr(0, colon));
            directions.push_back(colon + 1 < item.size() ? item.substr(colon + 1) : usual);
            from = comma + 1;
        }
    } else if (directions.size() > 1 && directions.size() != names.size()) {
        throw ApiError{400, "Number of sort dirs does not match the number of sort keys"};
    }
    const std::string last = directions.size() == 1 ? directions.front() : usual;
    if (names.empty()) names.emplace_back("created_at");
    std::vector<SortKey> keys;
    for (std::size_t i = 0; i < names.size(); ++i)
        keys.push_back(read_sort_key(names[i], directions.size() > 1 ? directions[i] : last));
    keys.push_back(read_sort_key("created_at", last));
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

std::string read_member_status(const Request& request) {
    static constexpr std::array choices{"pending", "accepted", "rejected", "all"};
    std::string status = request.query_value("member_status").value_or("accepted");
    if (std::find(choices.begin(), choices.end(), status) == choices.end())
        throw ApiError{400, "Invalid status: " + status};
    return status;
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

}  // namespace

Response ImageService::list(const Call& call) const {
    const std::vector<Test> filters = read_filters(call.request);
    const std::string wanted_status = read_member_status(call.request);
    const std::vector<SortKey> keys = read_sort_keys(call.request);
    const std::size_t limit = read_limit(call.request);
    const auto view = cloud_.store.read();
    std::vector<const Document*> images = view.select(Kind::image, [&](const Document& image) {
        if (!visible(call.caller, image) ||
            !std::all_of(filters.begin(), filters.end(), [&](const Test& fits) { return fits(image); }))
            return false;
        // What somebody shares with this project is shown once that was accepted, unless the request says otherwise.
        const json::value* entry = find_member(image, call.caller.project_id);
        if (entry != nullptr && !call.caller.is_admin() && text(image, "visibility") == "shared" &&
            text(image, "owner") != call.caller.project_id) {
            if (wanted_status != "all" && text(entry->as_object(), "status") != wanted_status) return false;
        }
        // What others share with everybody but do not publish is shown on request only.
        return text(image, "visibility") != "community" || text(image, "owner") == call.caller.project_id ||
               call.query("visibility") == "community" || call.query("visibility") == "all";
    });
    // They come in the order of creation, which tells more than the times, whose seconds are whole.
    if (keys.back().descending) std::reverse(images.begin(), images.end());
    std::stable_sort(images.begin(), images.end(), [&](const Document* left, const Document* right) {
        return before(*left, *right, keys);
    });
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
