// What Neutron's resources have in common, told by a table for each of them: which attributes there are, who may
// set them when, what they are by default, what a list can be filtered by. A resource of its own file gives a table
// and the few functions in which it differs.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api::network {

/// qos_policy: its ID, and there are none; or null.
enum class Form {
    text,
    text_or_null,
    id,
    id_or_null,
    qos_policy,
    boolean,
    integer,
    list,
    object_or_null,
    any
};

namespace allow {
inline constexpr unsigned create = 1;
inline constexpr unsigned update = 2;
inline constexpr unsigned both = create | update;
inline constexpr unsigned required = 4;  ///< at creation
inline constexpr unsigned admin = 8;     ///< to set it, one must be an administrator
inline constexpr unsigned hidden = 16;   ///< shown to administrators only
inline constexpr unsigned no_filter = 32;
}  // namespace allow

struct Attribute {
    std::string_view name;
    Form form;
    unsigned flags = 0;
    std::string_view otherwise = "null";  ///< JSON: the value of a new resource when the request has none
};

using Transaction = state::Store::Transaction;

struct Resource {
    state::Kind kind;
    std::string_view singular, collection, path;  ///< "security_group", "security_groups", "security-groups"
    std::string_view missing_type;                ///< "SecurityGroupNotFound"
    std::string_view missing_text;                ///< "Security group {} does not exist"
    std::span<const Attribute> attributes;        ///< besides id, project_id, tags, times and revision

    /// Completes a document that has all attributes and an ID, and puts it into the transaction.
    std::function<void(Transaction&, const Call&, Document&)> create;
    /// Applies `changes` (checked against the table) to the document, which is in the transaction already.
    std::function<void(Transaction&, const Call&, Document&, const Document& changes)> update;
    /// Throws if the document may not go; removes what goes with it. The document itself goes afterwards.
    std::function<void(Transaction&, const Call&, const Document&)> remove;
    /// Adds what is computed.
    std::function<void(const state::View&, const Call&, Document&)> complete = nullptr;
    /// Besides the owner and administrators.
    std::function<bool(const state::View&, const Caller&, const Document&)> shared = nullptr;
    std::string_view quota;  ///< name in quotas; empty: the singular
};

/// "Network 1234 could not be found."
[[nodiscard]] ApiError missing(const Resource& resource, std::string_view id);
[[nodiscard]] ApiError bad_request(const std::string& message);  ///< HTTPBadRequest
[[nodiscard]] ApiError invalid_input(const std::string& message);
/// "Invalid input for gateway_ip. Reason: 'x' is not a valid IP address."
[[nodiscard]] ApiError bad_attribute(std::string_view name, const std::string& reason);
[[nodiscard]] ApiError forbidden_by_policy(const std::string& rule);

[[nodiscard]] bool visible(const Resource& resource, const state::View& view, const Caller& caller,
                           const Document& document);
/// The members that a request sets, each allowed and of its form; throws 400 or 403 in Neutron's words.
[[nodiscard]] Document checked_body(const Resource& resource, const Call& call, const Document& body,
                                    bool creating);
/// Throws 400 unless these are routes of IPv4.
void check_routes_form(std::string_view name, const json::array& routes);
/// A complete new document of what checked_body() gave.
[[nodiscard]] Document new_document(const Resource& resource, const Document& body,
                                    const std::string& project_id);
/// New revision and time of change.
void touch(Document& document);

/// The document as the caller may see it.
[[nodiscard]] Document shown(const Resource& resource, const state::View& view, const Call& call,
                             const Document& document);
/// Filters, sorts, pages and trims to `fields` as the query asks.
[[nodiscard]] Response list_response(const Resource& resource, const state::View& view, const Call& call,
                                     const std::string& base_url);

/// Whether the project may have `count` more of the resource.
[[nodiscard]] bool quota_allows(const state::View& view, const Resource& resource,
                                std::string_view project_id, std::size_t count);
/// Throws 409 OverQuota if `count` more of the resource are too many for the project.
void check_quota(const state::View& view, const Resource& resource, const std::string& project_id,
                 std::size_t count);
/// The limit of a project, -1 for none.
[[nodiscard]] std::int64_t quota_limit(const state::View& view, std::string_view project_id,
                                       std::string_view name);

}  // namespace localcloud::api::network
