// What the services have in common: routes with tokens checked, errors in the shape of the service,
// request IDs, JSON bodies. A service derives from Service and adds its routes in its constructor.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/httpd/message.hpp"
#include "common/httpd/router.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::api {

using common::httpd::Headers;
using common::httpd::Request;
using common::httpd::Response;

/// Who asks, as a valid token says.
struct Caller {
    std::string user_id, user_name;
    std::string project_id, project_name;  ///< empty without a project scope
    std::string domain_id;                 ///< of a domain scope
    bool system = false;
    std::vector<std::string> roles;  ///< names
    std::string token_id;            ///< the key of the token's document
    bool unrestricted = true;        ///< false: an application credential that may not make others

    [[nodiscard]] bool has_role(std::string_view name) const;
    [[nodiscard]] bool is_admin() const { return has_role("admin"); }
};

/// Turns tokens into callers.
class Authenticator {
  public:
    virtual ~Authenticator() = default;
    /// Nothing for a token that is unknown, expired or revoked; throws ApiError for one that is of no use here.
    [[nodiscard]] virtual std::optional<Caller> authenticate(std::string_view token) const = 0;
};

/// One request on its way through a service.
struct Call {
    const Request& request;
    Caller caller;
    std::string request_id;
    int microversion = 1;  ///< Nova's: the N of 2.N; 0 where no route was found

    [[nodiscard]] const std::string& param(std::string_view name) const { return request.param(name); }
    [[nodiscard]] std::string query(std::string_view name) const {
        return request.query_value(name).value_or("");
    }
    [[nodiscard]] bool has_query(std::string_view name) const {
        return request.query_value(name).has_value();
    }
};

/// A refusal; each service writes it in its own shape.
struct ApiError : std::runtime_error {
    ApiError(int status_code, const std::string& message_text, std::string type_name = {})
        : std::runtime_error(message_text), status(status_code), type(std::move(type_name)) {}
    int status;
    std::string type;  ///< Neutron's exception name, for example
    Headers headers;   ///< added to the answer
    Document extra;    ///< further members of the error object
};

class Service {
  public:
    virtual ~Service() = default;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Answers everything below its prefix; never throws.
    [[nodiscard]] Response handle(const Request& request) const;
    /// What the service says when it fails with this status for no reason of the request's.
    [[nodiscard]] Response failure(const Request& request, int status, const Headers& headers) const;
    /// "/compute"
    [[nodiscard]] const std::string& prefix() const { return prefix_; }

  protected:
    Service(std::string prefix, const Authenticator& authenticator);

    using Handler = std::function<Response(const Call&)>;
    enum class Access { token, anyone };
    /// `pattern` begins after the service's prefix: "/v2.1/servers/{id}".
    void route(std::string_view method, std::string_view pattern, Handler handler,
               Access access = Access::token);

    /// Who sends the request; nothing without a valid token. For routes that anyone may use.
    [[nodiscard]] std::optional<Caller> caller_of(const Request& request) const;

    /// An error in the service's shape.
    [[nodiscard]] virtual Response render(const ApiError& error, const Call& call) const = 0;
    /// What a missing or bad token is answered with.
    [[nodiscard]] virtual ApiError unauthorized() const = 0;
    [[nodiscard]] virtual ApiError no_such_path(const Request& request) const = 0;
    [[nodiscard]] virtual ApiError no_such_method(const Request& request) const {
        return no_such_path(request);
    }
    /// Whether a path or method that is not there is told only to those who have a token.
    [[nodiscard]] virtual bool token_first() const { return false; }
    /// What Allow says where a path has other methods than the request's; empty for no such header.
    [[nodiscard]] virtual std::string allow(std::string methods) const { return methods; }
    /// What is said to a request whose token is missing or bad.
    [[nodiscard]] virtual ApiError unwelcome(const Request& /*request*/) const { return unauthorized(); }
    /// What is said to a path or query whose decoded bytes are no UTF-8: what is kept and answered is JSON.
    [[nodiscard]] virtual std::optional<ApiError> undecodable(const Request& request) const;
    /// Called before the handler, after the token was checked.
    virtual void prepare(Call& /*call*/) const {}
    /// Called with every answer: request IDs and the like.
    virtual void finish(const Call& call, Response& response) const;

  private:
    [[nodiscard]] Response answer(const Request& request, const Handler& handler, Access access) const;
    [[nodiscard]] Response refuse(const Request& request, const ApiError& error, const Caller& caller) const;

    std::string prefix_;
    const Authenticator& authenticator_;
    common::httpd::Router router_;
};

[[nodiscard]] Response json_response(int status, const json::value& body);
[[nodiscard]] Response empty_response(int status, std::string content_type = {});
/// Throws std::invalid_argument unless the body is one JSON value.
[[nodiscard]] json::value json_body(const Request& request);
/// The query without the keys in `without`, encoded again but for the characters in `keep`; empty or without a
/// leading '?'.
[[nodiscard]] std::string query_without(const Request& request, const std::vector<std::string>& without,
                                        std::string_view keep = ":,/");

}  // namespace localcloud::api
