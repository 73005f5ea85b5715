// A kind of resource of Octavia's as a table: its attributes, who may set them, what they may hold; and what listing,
// filtering and paging do with it. Members whose names begin with '_' are ours and never shown.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "localcloud/api/service.hpp"
#include "localcloud/state/store.hpp"

namespace localcloud::api::load_balancer {

using state::Kind;
using Transaction = state::Store::Transaction;

enum class Form { text, uuid, integer, boolean, texts, object, any };

/// What a request may do with an attribute.
namespace allow {
inline constexpr unsigned create = 1;
inline constexpr unsigned update = 2;
inline constexpr unsigned both = create | update;
inline constexpr unsigned required = 4;  ///< when it is created
inline constexpr unsigned null = 8;      ///< null may be sent, and means the default
}  // namespace allow

struct Attribute {
    std::string_view name;
    Form form = Form::text;
    unsigned flags = 0;
    std::string_view otherwise = "null";  ///< JSON
    std::string_view choices;             ///< "A, B, C" as Octavia's message lists them
    std::int64_t least = std::numeric_limits<std::int32_t>::min();
    std::int64_t most = std::numeric_limits<std::int32_t>::max();
};

struct Resource {
    Kind kind;
    std::string_view singular;    ///< "listener"
    std::string_view collection;  ///< "listeners"
    std::string_view title;       ///< "Listener"
    std::string_view argument;    ///< "listener_": where Octavia says unknown attributes are
    std::span<const Attribute> attributes;
    /// Fields in the order of Octavia's answers; those that no document has are asked of `complete`.
    std::function<Document(const state::View& view, const Document& document)> shown;
    std::string_view filters;  ///< further keys, each the name of a hidden member without its '_'
};

[[nodiscard]] const Resource& load_balancer_resource();
[[nodiscard]] const Resource& listener_resource();
[[nodiscard]] const Resource& pool_resource();
[[nodiscard]] const Resource& member_resource();
[[nodiscard]] const Resource& health_monitor_resource();

[[nodiscard]] ApiError not_found(std::string_view title, std::string_view id);
[[nodiscard]] ApiError invalid(std::string_view attribute, const json::value& value,
                               std::string_view problem);
/// "Validation failure: …"
[[nodiscard]] ApiError validation_failure(const std::string& problem);
[[nodiscard]] ApiError forbidden();
/// The type of an error that Octavia finds before it reads the request: in another shape than its own errors.
inline constexpr const char* unread = "unread";

/// "2026-11-22T10:31:11", as Octavia's database keeps it: without a zone, and without fractions of seconds.
[[nodiscard]] std::string moment();
/// The object under `name` in the body; throws 400 in Octavia's words.
[[nodiscard]] Document body_object(const Call& call, std::string_view name);
/// The attributes of `body` that a request may set, checked; throws 400.
[[nodiscard]] Document checked(const Resource& resource, const Document& body, bool creating);
/// With every attribute, an ID and the statuses of something new.
[[nodiscard]] Document new_document(const Resource& resource, const Document& accepted,
                                    const std::string& project_id, std::string_view operating_status);
/// The document of that ID if the caller may see it; throws 404 or 403.
[[nodiscard]] const Document& require(const Resource& resource, const state::View& view, const Call& call,
                                      std::string_view id);
/// {"listeners": […], "listeners_links": […]} of what the caller may see and `wanted` accepts.
[[nodiscard]] Response list(const Resource& resource, const state::View& view, const Call& call,
                            const std::string& url, const std::function<bool(const Document&)>& wanted = {});
/// [{"id": …}] of documents
[[nodiscard]] json::array references(const std::vector<const Document*>& documents);
[[nodiscard]] json::array reference(std::string_view id);

/// Those of a load balancer; in order of creation.
[[nodiscard]] std::vector<const Document*> of_load_balancer(const state::View& view, Kind kind,
                                                            std::string_view load_balancer_id);
[[nodiscard]] std::vector<const Document*> members_of(const state::View& view, std::string_view pool_id);
/// The pool's health monitor or nullptr.
[[nodiscard]] const Document* monitor_of(const state::View& view, std::string_view pool_id);
/// Those whose default pool it is.
[[nodiscard]] std::vector<const Document*> listeners_of_pool(const state::View& view,
                                                             std::string_view pool_id);

}  // namespace localcloud::api::load_balancer
