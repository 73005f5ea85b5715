// Listing with filters, order, pages and chosen fields, as Octavia does it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "localcloud/api/load_balancer/resource.hpp"

namespace localcloud::api::load_balancer {

namespace {

constexpr std::size_t largest_page = 1000;

ApiError invalid_arguments() {
    return {400, "One or more arguments are either duplicate or invalid"};
}

bool is_paging(std::string_view key) {
    return key == "limit" || key == "marker" || key == "page_reverse" || key == "sort" || key == "sort_key" ||
           key == "sort_dir" || key == "fields";
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from <= text.size()) {
        const std::size_t end = std::min(text.find(separator, from), text.size());
        parts.emplace_back(text.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

bool has_tags(const Document& document, const std::string& wanted, bool any) {
    const std::vector<std::string> tags = texts(document, "tags");
    const auto has = [&](const std::string& tag) { return std::ranges::find(tags, tag) != tags.end(); };
    const std::vector<std::string> list = split(wanted, ',');
    return any ? std::ranges::any_of(list, has) : std::ranges::all_of(list, has);
}

bool same(const json::value& value, const std::string& wanted) {
    if (value.is_bool())
        return wanted == (value.get_bool() ? "true" : "false") ||
               wanted == (value.get_bool() ? "True" : "False") || wanted == (value.get_bool() ? "1" : "0");
    if (value.is_null()) return wanted.empty() || wanted == "None" || wanted == "null";
    if (value.is_array())
        return std::ranges::any_of(value.get_array(), [&](const json::value& item) {
            return item.is_object() && text(item.get_object(), "id") == wanted;
        });
    return to_text(value) == wanted;
}

bool matches(const Resource& resource, const Document& document, const Document& shown,
             const std::string& key, const std::string& wanted) {
    if (key == "tags") return has_tags(shown, wanted, false);
    if (key == "tags-any") return has_tags(shown, wanted, true);
    if (key == "not-tags") return !has_tags(shown, wanted, false);
    if (key == "not-tags-any") return !has_tags(shown, wanted, true);
    if (const json::value* value = shown.if_contains(key)) return same(*value, wanted);
    std::string hidden = key == "load_balancer_id" ? "loadbalancer_id" : key;
    if ((" " + std::string{resource.filters} + " ").find(" " + key + " ") != std::string::npos)
        return text(document, "_" + hidden) == wanted;
    throw invalid_arguments();
}

ApiError invalid_sort_key(std::string_view key, std::string type = {}) {
    return {400, fmt::format("Supplied sort key '{}' is not valid.", key), std::move(type)};
}

bool is_own(const Resource& resource, std::string_view key) {
    return std::ranges::find(resource.attributes, key, &Attribute::name) != resource.attributes.end();
}

/// What each answer has, asked also of empty lists.
bool is_field(const Resource& resource, std::string_view key) {
    return key == "id" || key == "project_id" || key == "provisioning_status" || key == "operating_status" ||
           key == "created_at" || key == "updated_at" || is_own(resource, key);
}

/// Whether the key is one at all; asked also of empty lists.
void check_keys(const Resource& resource, const Request& request) {
    for (const auto& [key, value] : request.query) {
        const bool standard =
            key == "tenant_id" || key == "tags-any" || key == "not-tags" || key == "not-tags-any";
        const bool further =
            (" " + std::string{resource.filters} + " ").find(" " + key + " ") != std::string::npos;
        if (!is_paging(key) && !standard && !is_field(resource, key) && !further) throw invalid_arguments();
    }
}

int compare(const json::value& left, const json::value& right) {
    if (left.is_int64() && right.is_int64())
        return left.get_int64() < right.get_int64() ? -1 : (left.get_int64() > right.get_int64() ? 1 : 0);
    return to_text(left).compare(to_text(right));
}

std::string python_list(const std::vector<std::string>& words) {
    json::array list;
    for (const std::string& word : words)
        list.emplace_back(word);
    return python_repr(list);
}

bool is_descending(std::string_view direction) {
    if (direction != "asc" && direction != "desc")
        throw ApiError{400, fmt::format("Supplied sort direction '{}' is not valid.", direction), unread};
    return direction == "desc";
}

void sort(std::vector<Document>& documents, const Resource& resource, const Request& request) {
    std::vector<std::pair<std::string, bool>> keys;  // descending?
    if (const auto order = request.query_value("sort")) {
        for (const std::string& part : split(*order, ',')) {
            const std::vector<std::string> words = split(part, ':');
            if (words.size() > 2) throw invalid_sort_key(python_list(words), unread);
            keys.emplace_back(words[0], words.size() > 1 && is_descending(words[1]));
        }
    } else if (const auto key = request.query_value("sort_key")) {
        keys.emplace_back(*key, is_descending(request.query_value("sort_dir").value_or("asc")));
    }
    if (keys.empty()) return;
    for (const auto& [key, descending] : keys) {
        if (!is_field(resource, key)) throw invalid_sort_key(key);
    }
    std::ranges::stable_sort(documents, [&](const Document& left, const Document& right) {
        for (const auto& [key, descending] : keys) {
            const json::value* a = left.if_contains(key);
            const json::value* b = right.if_contains(key);
            if (a == nullptr || b == nullptr) continue;
            if (const int order = compare(*a, *b); order != 0) return descending ? order > 0 : order < 0;
        }
        return false;
    });
}

std::size_t read_limit(const Request& request) {
    const auto digits = request.query_value("limit");
    if (!digits) return largest_page;
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), limit);
    if (error != std::errc{} || end != digits->data() + digits->size() || limit == 0)
        throw ApiError{400, fmt::format("Supplied pagination limit '{}' is not valid.", *digits), unread};
    return std::min(limit, largest_page);
}

/// Cuts one page out of `documents`; returns its links.
json::array take_page(std::vector<Document>& documents, const Request& request, const std::string& url) {
    const std::size_t limit = read_limit(request);
    const std::string marker = request.query_value("marker").value_or("");
    const std::string reverse_text = request.query_value("page_reverse").value_or("");
    const bool reverse = reverse_text == "True" || reverse_text == "true" || reverse_text == "1";
    std::size_t from = 0;
    std::size_t to = documents.size();
    if (!marker.empty()) {
        const auto found = std::ranges::find_if(
            documents, [&](const Document& document) { return text(document, "id") == marker; });
        if (found == documents.end())
            throw ApiError{400, fmt::format("Supplied pagination marker '{}' is not valid.", marker)};
        const auto place = static_cast<std::size_t>(found - documents.begin());
        (reverse ? to : from) = reverse ? place : place + 1;
    }
    if (reverse) {
        from = to > limit ? to - limit : 0;
    } else {
        to = std::min(to, from + limit);
    }
    documents.erase(documents.begin() + static_cast<std::ptrdiff_t>(to), documents.end());
    documents.erase(documents.begin(), documents.begin() + static_cast<std::ptrdiff_t>(from));
    json::array links;
    if (documents.empty()) return links;
    // As Octavia writes them: they lose the filters, and clients have to bring these themselves.
    std::string start = url + "?";
    for (const char* key : {"limit", "sort", "sort_key"}) {
        if (const auto value = request.query_value(key))
            start += std::string{key} + "=" + common::httpd::percent_encode(*value, ":,") + "&";
    }
    start += "marker=";
    if (!marker.empty())
        links.push_back(json::object{{"href", start + text(documents.front(), "id") + "&page_reverse=True"},
                                     {"rel", "previous"}});
    if (documents.size() == limit || reverse)
        links.push_back(json::object{{"href", start + text(documents.back(), "id")}, {"rel", "next"}});
    return links;
}

Document trimmed(const Document& document, const std::vector<std::string>& fields) {
    Document out;
    for (const auto& field : document) {
        if (std::ranges::find(fields, field.key()) != fields.end()) out.emplace(field.key(), field.value());
    }
    return out;
}

}  // namespace

Response list(const Resource& resource, const state::View& view, const Call& call, const std::string& url,
              const std::function<bool(const Document&)>& wanted) {
    check_keys(resource, call.request);
    std::vector<Document> documents;
    for (const Document* document : view.all(resource.kind)) {
        if (wanted && !wanted(*document)) continue;
        if (!call.caller.is_admin() && text(*document, "project_id") != call.caller.project_id) continue;
        Document shown = resource.shown(view, *document);
        const bool good = std::ranges::all_of(call.request.query, [&](const auto& filter) {
            return is_paging(filter.first) ||
                   matches(resource, *document, shown, filter.first, filter.second);
        });
        if (good) documents.push_back(std::move(shown));
    }
    sort(documents, resource, call.request);
    json::array links = take_page(documents, call.request, url);
    std::vector<std::string> fields;
    for (const auto& [key, value] : call.request.query) {
        if (key == "fields") fields.push_back(value);
    }
    json::array items;
    for (Document& document : documents)
        items.emplace_back(fields.empty() ? std::move(document) : trimmed(document, fields));
    return json_response(200, Document{{resource.collection, std::move(items)},
                                       {std::string{resource.collection} + "_links", std::move(links)}});
}

}  // namespace localcloud::api::load_balancer
