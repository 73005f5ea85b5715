#include "localcloud/api/compute/paging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "localcloud/api/compute/compute_service.hpp"

namespace localcloud::api::compute {

namespace {
constexpr std::size_t largest_page = 1000;
}

void sort_documents(std::vector<const Document*>& documents, const std::string& key, bool descending) {
    const auto before = [&](const Document* left, const Document* right) {
        const json::value* a = left->if_contains(key);
        const json::value* b = right->if_contains(key);
        if (a == nullptr || b == nullptr) return a == nullptr && b != nullptr;
        if (a->is_int64() && b->is_int64()) return a->get_int64() < b->get_int64();
        return to_text(*a) < to_text(*b);
    };
    std::stable_sort(documents.begin(), documents.end(), [&](const Document* left, const Document* right) {
        return descending ? before(right, left) : before(left, right);
    });
}

Page take_page(const std::vector<const Document*>& documents, const Call& call, std::string_view identity,
               const std::string& url, std::string_view no_marker) {
    std::size_t limit = largest_page;
    if (const std::string digits = call.query("limit"); !digits.empty()) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
        if (error != std::errc{} || end != digits.data() + digits.size()) {
            throw invalid_query("limit", digits, "'" + digits + "' does not match '^[0-9]*$'");
        }
        limit = std::min(limit, largest_page);
    }
    std::size_t from = 0;
    if (const std::string marker = call.query("marker"); !marker.empty()) {
        const auto found = std::find_if(documents.begin(), documents.end(), [&](const Document* document) {
            return text(*document, identity) == marker;
        });
        if (found == documents.end()) throw bad_request(fmt::format(fmt::runtime(no_marker), marker));
        from = static_cast<std::size_t>(found - documents.begin()) + 1;
    }
    const std::size_t to = std::min(documents.size(), from + limit);
    Page page{.documents = {documents.begin() + static_cast<std::ptrdiff_t>(from),
                            documents.begin() + static_cast<std::ptrdiff_t>(to)},
              .links = {}};
    if (limit > 0 && page.documents.size() == limit) {
        // As Nova writes it: what was asked for is sorted by key; a marker that was not is at the end.
        const std::string last = text(*page.documents.back(), identity);
        std::vector<std::pair<std::string, std::string>> members;
        for (const auto& [key, value] : call.request.query)
            members.emplace_back(key, key == "marker" ? last : value);
        std::stable_sort(members.begin(), members.end(),
                         [](const auto& left, const auto& right) { return left.first < right.first; });
        std::string query;
        for (const auto& [key, value] : members) {
            query += (query.empty() ? "" : "&") + common::httpd::percent_encode(key) + "=" +
                     common::httpd::percent_encode(value);
        }
        if (!call.has_query("marker"))
            query += (query.empty() ? "marker=" : "&marker=") + common::httpd::percent_encode(last);
        page.links.push_back(json::object{{"rel", "next"}, {"href", url + "?" + query}});
    }
    return page;
}

}  // namespace localcloud::api::compute
