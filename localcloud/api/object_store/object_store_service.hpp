// Swift v1 at /object-store: accounts, containers, objects, TempURL.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api::object_store {

class ObjectStoreService : public Service {
  public:
    ObjectStoreService(Cloud& cloud, const Authenticator& authenticator);

  protected:
    [[nodiscard]] Response render(const ApiError& error, const Call& call) const override;
    [[nodiscard]] ApiError unauthorized() const override;
    [[nodiscard]] ApiError no_such_path(const Request& request) const override;
    [[nodiscard]] ApiError no_such_method(const Request& request) const override;
    /// Swift says what it knows, wherever that is.
    [[nodiscard]] std::string allow(std::string /*methods*/) const override {
        return "HEAD, GET, PUT, POST, OPTIONS, DELETE";
    }
    [[nodiscard]] std::optional<ApiError> undecodable(const Request& request) const override;
    void finish(const Call& call, Response& response) const override;

  private:
    enum class Need { read_listing, read_object, write, owner };

    void add_account_routes();
    void add_container_routes();
    void add_object_routes();

    /// Throws 401 or 403 unless the token or the container's ACL permits it. Whether it is the owner who asks, or an
    /// administrator.
    bool authorize(const Call& call, Need need) const;
    /// The same for a container other than the one that the request's path names.
    bool authorize(const Call& call, const std::string& container, Need need) const;
    [[nodiscard]] bool acl_permits(const std::optional<Caller>& caller, const std::string& container_key,
                                   Need need) const;
    /// Nothing without a TempURL in the query; throws 401 for a bad one.
    [[nodiscard]] std::optional<std::string> temp_url_expiry(const Call& call) const;

    [[nodiscard]] Headers account_headers(const state::View& view, const std::string& account) const;
    /// Keys and ACLs are for the owner's eyes.
    [[nodiscard]] Headers container_headers(const state::View& view, const std::string& key,
                                            bool for_owner) const;
    [[nodiscard]] Response put_object(const Call& call);
    /// The object whose complete file this is, instead of what had its name before; the file goes where that fails.
    void keep_object(const std::string& container_key, const std::string& key, const Document& object);
    /// Objects whose time has come, of those whose keys begin so.
    void remove_expired(const std::string& prefix);
    /// Asks for a token that may read the source and write the target; a TempURL is not enough.
    [[nodiscard]] Response copy_object(const Call& call, const std::string& source,
                                       const std::string& target);
    [[nodiscard]] Response get_object(const Call& call) const;

    Cloud& cloud_;
};

/// Answers whose body is the page that Swift has for its status.
[[nodiscard]] Response page(int status);
/// With a text of its own.
[[nodiscard]] ApiError plain_error(int status, const std::string& message);
/// The same as "text/plain", which is what Swift's object servers say.
[[nodiscard]] ApiError object_error(int status, const std::string& message);
/// "x-object-meta-color" to "X-Object-Meta-Color".
[[nodiscard]] std::string title_case(std::string_view name);
/// Whether Swift takes it as a name: proper UTF-8 without a zero.
[[nodiscard]] bool is_name(std::string_view name);
/// Headers of an object are bytes, of any encoding: how documents, which are JSON, keep them, and back.
[[nodiscard]] json::value kept_bytes(std::string_view bytes);
[[nodiscard]] std::string sent_bytes(const json::value& kept);
/// Applies "X-<kind>-Meta-*" and "X-Remove-<kind>-Meta-*" of a request to the metadata kept in `document`.
void update_metadata(Document& document, const Request& request, std::string_view kind);
void add_metadata(Headers& headers, const Document& document);

/// What a listing asks for: prefix, delimiter, marker, limit …
struct Listing {
    std::string prefix, delimiter, marker, end_marker;
    std::size_t limit = 10000;
    bool reverse = false;
    bool only_directly_below = false;  ///< the prefix, and neither that itself nor subdirectories
    bool as_json = false;
    bool by_accept = false;  ///< the form depends on the header Accept
};
[[nodiscard]] Listing read_listing(const Call& call);
/// The names (and "subdirectories") of a sorted list of names that the listing asks for.
struct ListedName {
    std::string name;
    bool subdirectory = false;
    const Document* document = nullptr;
};
[[nodiscard]] std::vector<ListedName> select_names(
    const std::vector<std::pair<std::string_view, const Document*>>& documents, std::size_t name_offset,
    const Listing& listing);
/// 200 with JSON or text, 204 for an empty text.
[[nodiscard]] Response listing_response(const Listing& listing, const std::vector<ListedName>& names,
                                        const std::function<json::object(const ListedName&)>& describe,
                                        Headers headers);

}  // namespace localcloud::api::object_store
