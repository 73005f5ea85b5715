// The one pagination engine.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/resource/collection.hpp"
#include "sdk/src/resource/json_value.hpp"

namespace openstack::resource {

namespace json = boost::json;

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decode_query_text(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            result += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            result += text[i] == '+' ? ' ' : text[i];
        }
    }
    return result;
}

Query query_of_url(std::string_view url) {
    Query query;
    const auto question = url.find('?');
    if (question == std::string_view::npos) {
        return query;
    }
    std::string_view rest = url.substr(question + 1);
    rest = rest.substr(0, rest.find('#'));
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (const auto equals = pair.find('='); equals != std::string_view::npos) {
            query.emplace_back(decode_query_text(pair.substr(0, equals)),
                               decode_query_text(pair.substr(equals + 1)));
        } else if (!pair.empty()) {
            query.emplace_back(decode_query_text(pair), "");
        }
    }
    return query;
}

const json::value* member(const json::value& value, std::string_view key) {
    const auto* object = value.if_object();
    return object == nullptr ? nullptr : object->if_contains(json::string_view(key.data(), key.size()));
}

std::string text_of(const json::value* value) {
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

/// [{"rel": "next", "href": …}]
std::string next_of_links(const json::value* links) {
    const auto* array = links == nullptr ? nullptr : links->if_array();
    if (array != nullptr) {
        for (const json::value& link : *array) {
            if (text_of(member(link, "rel")) == "next") {
                return text_of(member(link, "href"));
            }
        }
    }
    return {};
}

/// RFC 8288: <URL>; rel="next", <URL>; rel=…
std::string next_of_link_header(const Headers& headers) {
    for (const auto& [name, text] : headers) {
        if (name.size() != 4 || !Headers({{name, ""}}).find("Link")) {
            continue;
        }
        std::string_view rest = text;
        for (auto open = rest.find('<'); open != std::string_view::npos; open = rest.find('<')) {
            const auto close = rest.find('>', open);
            if (close == std::string_view::npos) {
                break;
            }
            const std::string_view url = rest.substr(open + 1, close - open - 1);
            const auto following = rest.find('<', close);
            const std::string_view parameters = rest.substr(
                close + 1, following == std::string_view::npos ? following : following - close - 1);
            if (parameters.find("rel=\"next\"") != std::string_view::npos ||
                parameters.find("rel=next") != std::string_view::npos) {
                return std::string(url);
            }
            rest = following == std::string_view::npos ? std::string_view() : rest.substr(following);
        }
    }
    return {};
}

}  // namespace

struct Pager::Impl {
    Adapter adapter;
    const Definition& definition;
    ListRequest list;
    CallOptions options;
    Query query;                    ///< of the next page
    std::set<std::string> markers;  ///< pages that were asked for
    bool finished = false;
    std::size_t elements = 0;  ///< seen so far, for error texts

    /// Asks for a page and calls `use` with each element that is wanted.
    template <class Use>
    bool next(const std::vector<std::string>& secret_fields, std::string_view place, const Use& use);
    [[nodiscard]] const json::array& elements_of(const json::value& root) const;
    [[nodiscard]] bool is_wanted(const json::value& element) const;
    void prepare_next(const json::value& root, const Response& response, const json::array& page);
    void keep_filters();
};

const json::array& Pager::Impl::elements_of(const json::value& root) const {
    const json::value* value = definition.list_key.empty() ? &root : member(root, definition.list_key);
    if (value == nullptr || !value->is_array()) {
        throw MalformedResponse(definition.list_key.empty()
                                    ? "expected a list, found " + std::string(kind_name(root))
                                    : "the body has no list \"" + std::string(definition.list_key) + "\"");
    }
    return value->get_array();
}

bool Pager::Impl::is_wanted(const json::value& element) const {
    for (const auto& [key, text] : list.query.compared) {
        const json::value* value = member(element, key);
        if (value == nullptr || scalar_text(*value) != text) {
            return false;
        }
    }
    return list.name_or_id.empty() || text_of(member(element, definition.name_key)) == list.name_or_id ||
           text_of(member(element, definition.id_key)) == list.name_or_id;
}

/// Octavia's links leave out what a listing was filtered by; the next page would be one of all resources.
void Pager::Impl::keep_filters() {
    const auto linked = query;
    for (const auto& sent : list.query.sent) {
        const bool is_linked =
            std::ranges::any_of(linked, [&](const auto& pair) { return pair.first == sent.first; });
        if (!is_linked && sent.first != "marker") query.push_back(sent);
    }
}

void Pager::Impl::prepare_next(const json::value& root, const Response& response, const json::array& page) {
    std::string url;
    switch (definition.paging) {
        case Paging::none:
            break;
        case Paging::key_links:
            url = next_of_links(member(root, std::string(definition.list_key) + "_links"));
            break;
        case Paging::links_array:
            url = next_of_links(member(root, "links"));
            break;
        case Paging::links_object:
            if (const json::value* links = member(root, "links")) {
                url = text_of(member(*links, "next"));
            }
            break;
        case Paging::next:
            url = text_of(member(root, "next"));
            break;
        case Paging::link_header:
            url = next_of_link_header(response.headers);
            break;
        case Paging::marker: {
            if (page.empty()) {
                break;  // a shorter one than was asked for may just be all that the service gives at once
            }
            std::string marker = text_of(member(page.back(), definition.id_key));
            if (marker.empty()) {
                marker = text_of(member(page.back(), "subdir"));
            }
            if (marker.empty()) {
                break;
            }
            query = list.query.sent;
            std::erase_if(query, [](const auto& pair) { return pair.first == "marker"; });
            query.emplace_back("marker", marker);
            // The versions of one object may fill more than a page.
            const std::string version = text_of(member(page.back(), "version_id"));
            if (!version.empty()) {
                query.emplace_back("version_marker", version);
            }
            if (!markers.insert(version.empty() ? marker : marker + "?" + version).second) {
                throw MalformedResponse("the listing goes round in circles at marker \"" + marker + "\"");
            }
            return;
        }
    }
    if (url.empty()) {
        finished = true;
        return;
    }
    query = query_of_url(url);
    keep_filters();
    if (!markers.insert(url).second) {
        throw MalformedResponse("the listing goes round in circles: its next page is " + url + " again");
    }
}

template <class Use>
bool Pager::Impl::next(const std::vector<std::string>& secret_fields, std::string_view place,
                       const Use& use) {
    if (finished) {
        return false;
    }
    const std::string_view default_path =
        definition.list_path.empty() ? definition.path : definition.list_path;
    Request request{.path = list.path.empty() ? std::string(default_path) : list.path, .query = query};
    request.secret_fields = secret_fields;
    const Response response = adapter.request(request, options);
    try {
        // Swift answers 204 to an empty listing.
        const Document document(response.body.empty() && response.status == 204 ? "[]" : response.body);
        const json::array& page = elements_of(document.root());
        const Path root{.key = place.empty() ? definition.list_key : place};
        for (const json::value& wrapped : page) {
            const Path path{.parent = &root, .index = elements++};
            const json::value* element = &wrapped;
            if (!definition.element_key.empty()) {
                element = member(wrapped, definition.element_key);
                if (element == nullptr) {
                    throw MalformedResponse(path.text() + ": it has no \"" +
                                            std::string(definition.element_key) + "\"");
                }
            }
            if (is_wanted(*element)) {
                use(*element, path);
            }
        }
        prepare_next(document.root(), response, page);
    } catch (const MalformedResponse& error) {
        throw MalformedResponse(
            "The answer to GET " + response.url + " is not what the API promises: " + error.what(),
            {.status = response.status,
             .request_id = response.request_id(),
             .method = "GET",
             .url = response.url,
             .service_type = adapter.service_type()});
    }
    return true;
}

Pager::Pager(const Adapter& adapter, const Definition& definition, ListRequest request,
             const CallOptions& options)
    : impl_(std::make_unique<Impl>(
          Impl{.adapter = adapter,
               .definition = definition,
               .list = std::move(request),
               .options = with_microversion(adapter, definition.microversion, options)})) {
    impl_->query = impl_->list.query.sent;
}

Pager::~Pager() = default;

bool Pager::next(const ValueType& list_type, void* list) {
    const std::vector<std::string>& secret_fields = list_type.element->kind == Kind::object
                                                        ? list_type.element->fields().secret_keys()
                                                        : std::vector<std::string>();
    return impl_->next(secret_fields, {}, [&](const json::value& element, const Path& path) {
        decode_value(element, path, *list_type.element, list_type.add(list, {}));
    });
}

bool Pager::next_names(std::vector<std::string>& names) {
    return impl_->next({}, {}, [&](const json::value& element, const Path&) {
        std::string name = text_of(member(element, impl_->definition.name_key));
        names.push_back(name.empty() ? text_of(member(element, impl_->definition.id_key)) : std::move(name));
    });
}

}  // namespace openstack::resource
