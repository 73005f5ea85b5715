// The program's answers to HTTP: the original's REST interface under /v1/fractal, pictures, pages, health.
// Keeps nothing between requests, so any number of API processes may stand side by side.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "common/httpd/message.hpp"
#include "common/httpd/router.hpp"
#include "faafo/api/turns.hpp"
#include "faafo/queue/queue.hpp"
#include "faafo/store/store.hpp"
#include "faafo/web/gallery.hpp"

namespace faafo::api {

struct ServiceOptions {
    /// At the same time, so that whoever asks the database for much does not keep all threads from everybody else.
    unsigned searches = 4;
    std::chrono::milliseconds patience{250};  ///< how long another search waits for its turn
};

/// Thread-safe. Store and queue must outlive it.
class Service {
  public:
    Service(store::Store& store, queue::Queue& queue, ServiceOptions options = {});
    [[nodiscard]] common::httpd::Response operator()(const common::httpd::Request& request) const;

  private:
    using Request = common::httpd::Request;
    using Response = common::httpd::Response;

    void add_routes();
    [[nodiscard]] Response readiness() const;
    [[nodiscard]] Response status() const;
    [[nodiscard]] Response list(const Request& request) const;
    [[nodiscard]] Response create(const Request& request) const;
    [[nodiscard]] Response show(const Request& request) const;
    [[nodiscard]] Response update(const Request& request) const;
    [[nodiscard]] Response remove(const Request& request) const;
    [[nodiscard]] Response picture(const Request& request, bool small) const;

    store::Store& store_;
    queue::Queue& queue_;
    ServiceOptions options_;
    web::Gallery gallery_;
    common::httpd::Router router_;
    mutable Turns searches_;
    mutable Turns large_pictures_{1};
    mutable std::mutex large_bodies_;
};

}  // namespace faafo::api
