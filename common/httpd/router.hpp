// From method and path to a handler.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/httpd/message.hpp"

namespace common::httpd {

using Handler = std::function<Response(const Request&)>;

/// Routes by pattern: "/v2.1/servers/{id}" matches one segment for each {name}; a last "{name...}" matches the
/// rest of the path, slashes included. Literal segments win over names. HEAD uses GET's handler unless it has its own.
/// A {name} takes at least one character. Segments are told apart before they are decoded: "a%2Fb" is one of them.
/// Not thread-safe while routes are added; calls are. Copies share their routes, so that a Router is a Handler.
class Router {
  public:
    Router();

    void add(std::string_view method, std::string_view pattern, Handler handler);
    /// Called where no pattern matches; 404 with an empty body by default.
    void set_not_found(Handler handler);
    /// Called where a pattern matches with other methods; Allow is added to its answer. 405 by default.
    void set_method_not_allowed(Handler handler);
    [[nodiscard]] Response operator()(const Request& request) const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace common::httpd
