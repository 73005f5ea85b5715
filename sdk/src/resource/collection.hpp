// What one can do with resources of a type: get, create, update, delete, list, find. A Definition says how a
// service does these; a field table (fields.hpp) says what a resource consists of.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/paged.hpp"
#include "sdk/src/resource/decode.hpp"
#include "sdk/src/resource/encode.hpp"
#include "sdk/src/resource/fields.hpp"

namespace openstack::resource {

/// How a listing says that there is more. Of a "next" URL only the query is used: behind a proxy, services give
/// URLs that a client cannot reach, and a token must not follow them to another host.
enum class Paging {
    none,
    key_links,     ///< "servers_links": [{"rel": "next", "href": …}]      Nova, Neutron
    links_array,   ///< "links": [{"rel": "next", "href": …}]
    links_object,  ///< "links": {"next": …}                              Keystone, Designate
    next,          ///< "next": …                                          Glance
    link_header,   ///< Link: <…>; rel="next"
    marker         ///< ask again from the last element on, until a page is empty   Swift
};

/// How find_… can let the service look for a name.
enum class NameFilter {
    none,    ///< it cannot: the whole listing is read
    exact,   ///< ?name=
    pattern  ///< ?name= is a regular expression (Nova's servers)
};

struct Definition {
    std::string_view noun;         ///< for sentences: "server"
    std::string_view path;         ///< "/servers"
    std::string_view key;          ///< around one: {"server": …}; empty: nothing around it
    std::string_view list_key;     ///< around many: {"servers": […]}; empty: the body is the list
    std::string_view list_path;    ///< where it differs: "/servers/detail"
    std::string_view element_key;  ///< around each of many: {"keypairs": [{"keypair": …}]}
    Paging paging = Paging::none;
    NameFilter name_filter = NameFilter::exact;
    std::string_view id_key = "id";
    std::string_view name_key = "name";
    std::string_view update_method = "PUT";
    std::string_view microversion;  ///< the newest that the field table knows
};

/// Specialised beside the field table.
template <class Resource>
const Definition& definition_of();

/// Sends with the newest microversion that both sides know, unless the caller chose one.
Response send(const Adapter& adapter, const Request& request, std::string_view newest_microversion,
              const CallOptions& options);
/// As send() would.
[[nodiscard]] CallOptions with_microversion(const Adapter& adapter, std::string_view newest_microversion,
                                            const CallOptions& options);

/// Decodes an answer; what MalformedResponse says names the request.
void decode_response(const Response& response, const Request& request, const DecodeOptions& options,
                     const ValueType& type, void* out);

/// A UUID, with or without dashes.
[[nodiscard]] bool looks_like_id(std::string_view text);

/// Encoded: "/servers/<id>/action". The pieces between slashes may hold any character.
[[nodiscard]] std::string join_path(std::string_view base, std::string_view id, std::string_view rest = {});

/// A listing as it is asked for.
struct ListRequest {
    std::string path;  ///< empty: the Definition's
    EncodedQuery query;
    std::string name_or_id;  ///< only elements of this name or ID; empty: all
};

/// Walks through a listing's pages. The definition must outlive it.
class Pager {
  public:
    Pager(const Adapter& adapter, const Definition& definition, ListRequest request,
          const CallOptions& options);
    Pager(const Adapter&, const Definition&&, ListRequest, const CallOptions&) = delete;
    ~Pager();
    Pager(const Pager&) = delete;
    Pager& operator=(const Pager&) = delete;

    /// Appends the next page's elements to a list of that type; false at the end.
    bool next(const ValueType& list_type, void* list);
    /// As next(), but only the elements' names, or IDs where they have none.
    bool next_names(std::vector<std::string>& names);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

void get_into(const Adapter& adapter, const Definition& definition, std::string_view id,
              const ValueType& type, void* out, const CallOptions& options);
void create_into(const Adapter& adapter, const Definition& definition, const Fields& body_fields,
                 const void* body, const ValueType& type, void* out, const CallOptions& options);
void update_into(const Adapter& adapter, const Definition& definition, std::string_view id,
                 const Fields& body_fields, const void* body, const ValueType& type, void* out,
                 const CallOptions& options);
bool remove(const Adapter& adapter, const Definition& definition, std::string_view id,
            const CallOptions& options);
/// DELETE; false when there was nothing. That nothing is found by a repetition, because the first one's answer was lost,
/// is a deletion too.
bool remove_path(const Adapter& adapter, const std::string& path, std::string_view newest_microversion,
                 const CallOptions& options);
/// Appends what has the ID or the name; `scope` narrows the search where the service can.
void find_into(const Adapter& adapter, const Definition& definition, std::string_view name_or_id,
               const Query& scope, const ValueType& list_type, void* list, const CallOptions& options);
/// "no flavor named m1.smal; there are: …"
[[noreturn]] void throw_not_found(const Adapter& adapter, const Definition& definition,
                                  std::string_view name_or_id, const Query& scope,
                                  const CallOptions& options);
[[noreturn]] void throw_duplicate(const Definition& definition, std::string_view name_or_id,
                                  const std::vector<std::string>& ids);

/// Of a collection below another resource: everything as usual, but at this path, which has to outlive the result.
template <class Resource>
[[nodiscard]] Definition nested(std::string_view path) {
    Definition definition = definition_of<Resource>();
    definition.path = path;
    return definition;
}

template <class Resource>
Resource get(const Adapter& adapter, std::string_view id, const CallOptions& options,
             const Definition& definition = definition_of<Resource>()) {
    Resource resource{};
    get_into(adapter, definition, id, value_type<Resource>, &resource, options);
    return resource;
}

template <class Resource, class Body>
Resource create(const Adapter& adapter, const Body& body, const CallOptions& options,
                const Definition& definition = definition_of<Resource>()) {
    Resource resource{};
    create_into(adapter, definition, fields_of<Body>(), &body, value_type<Resource>, &resource, options);
    return resource;
}

template <class Resource, class Body>
Resource update(const Adapter& adapter, std::string_view id, const Body& body, const CallOptions& options,
                const Definition& definition = definition_of<Resource>()) {
    Resource resource{};
    update_into(adapter, definition, id, fields_of<Body>(), &body, value_type<Resource>, &resource, options);
    return resource;
}

template <class Resource>
bool remove(const Adapter& adapter, std::string_view id, const CallOptions& options,
            const Definition& definition = definition_of<Resource>()) {
    return remove(adapter, definition, id, options);
}

template <class Resource>
Paged<Resource> list(const Adapter& adapter, ListRequest request, const CallOptions& options) {
    return Paged<Resource>([adapter, request = std::move(request), options] {
        auto pager = std::make_shared<Pager>(adapter, definition_of<Resource>(), request, options);
        return [pager](std::vector<Resource>& page) {
            return pager->next(value_type<std::vector<Resource>>, &page);
        };
    });
}

template <class Resource, class QueryStruct>
Paged<Resource> list(const Adapter& adapter, const QueryStruct& query, const CallOptions& options)
    requires(!std::same_as<QueryStruct, ListRequest>)
{
    return list<Resource>(adapter, ListRequest{.query = encode_query(fields_of<QueryStruct>(), &query)},
                          options);
}

template <class Resource>
std::optional<Resource> find_or_null(const Adapter& adapter, std::string_view name_or_id,
                                     const CallOptions& options, const Query& scope = {},
                                     const Definition& definition = definition_of<Resource>()) {
    std::vector<Resource> found;
    find_into(adapter, definition, name_or_id, scope, value_type<std::vector<Resource>>, &found, options);
    if (found.size() > 1) {
        const Row* row = fields_of<Resource>().find(definition.id_key);
        std::vector<std::string> ids;
        ids.reserve(found.size());
        for (const Resource& resource : found) {
            ids.push_back(*static_cast<const std::string*>(row->in(&resource)));
        }
        throw_duplicate(definition, name_or_id, ids);
    }
    return found.empty() ? std::nullopt : std::optional<Resource>(std::move(found.front()));
}

template <class Resource>
Resource find(const Adapter& adapter, std::string_view name_or_id, const CallOptions& options,
              const Query& scope = {}, const Definition& definition = definition_of<Resource>()) {
    auto found = find_or_null<Resource>(adapter, name_or_id, options, scope, definition);
    if (!found) {
        throw_not_found(adapter, definition, name_or_id, scope, options);
    }
    return std::move(*found);
}

}  // namespace openstack::resource
