// Nova's pages: limit, marker, and a link to the next page.
#pragma once

#include <string>
#include <vector>

#include "localcloud/api/service.hpp"

namespace localcloud::api::compute {

struct Page {
    std::vector<const Document*> documents;
    json::array links;  ///< empty on the last page
};

/// By a member that is a text or a number; documents that are equal keep their order.
void sort_documents(std::vector<const Document*>& documents, const std::string& key, bool descending);
/// `identity`: the member that markers name. Throws 400 for a bad limit or marker.
[[nodiscard]] Page take_page(const std::vector<const Document*>& documents, const Call& call,
                             std::string_view identity, const std::string& url,
                             std::string_view no_marker = "marker [{}] not found");

}  // namespace localcloud::api::compute
