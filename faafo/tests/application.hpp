// What the tests of this folder stand on: a database of their own, and the application around it without sockets.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "common/process/process.hpp"
#include "faafo/api/service.hpp"
#include "faafo/queue/embedded_queue.hpp"
#include "faafo/store/database.hpp"
#include "faafo/store/sql_store.hpp"

namespace faafo::tests {

/// One process of the application: several of them may be opened on one file.
struct Application {
    explicit Application(const std::string& database_url, queue::QueueOptions options = {})
        : database(std::make_shared<store::Database>(database_url, 8)),
          store(store::make_sql_store(database)),
          queue(queue::make_embedded_queue(database, options)),
          service(*store, *queue) {}

    common::httpd::Response call(std::string method, const std::string& target, std::string body = {},
                                 std::string_view content_type = "application/json") const {
        const auto question_mark = target.find('?');
        common::httpd::Request request{.method = std::move(method),
                                       .target = target,
                                       .path = common::httpd::percent_decode(target.substr(0, question_mark)),
                                       .headers = {{"Host", "faafo.test:8080"}}};
        if (question_mark != std::string::npos) {
            request.query = common::httpd::parse_query(target.substr(question_mark + 1));
        }
        if (!content_type.empty()) request.headers.add("Content-Type", std::string(content_type));
        request.body = common::httpd::Body(std::move(body));
        return service(request);
    }

    /// `headers` instead of a body, for GET.
    common::httpd::Response get(const std::string& target, const common::httpd::Headers& headers) const {
        common::httpd::Request request{.method = "GET", .target = target, .path = target, .headers = headers};
        return service(request);
    }

    std::shared_ptr<store::Database> database;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<queue::Queue> queue;
    api::Service service;
};

/// A database file that goes with the test.
class Files {
  public:
    [[nodiscard]] std::string database_url() const {
        return "sqlite:///" + (folder_.path() / "faafo.db").string();
    }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

  private:
    common::process::TemporaryDirectory folder_{"faafo-test"};
};

/// A request that can be drawn in no time.
[[nodiscard]] store::Fractal small_fractal(std::string uuid = store::new_uuid());
/// Its JSON, as the original's command line sends it.
[[nodiscard]] std::string request_json(const store::Fractal& fractal);
/// "00000000-0000-4000-8000-000000000007"
[[nodiscard]] std::string numbered_uuid(int number);
/// What a worker would hand in for it.
[[nodiscard]] store::Result drawn(const store::Fractal& fractal);

[[nodiscard]] boost::json::value json_of(const common::httpd::Response& response);
[[nodiscard]] std::string message_of(const common::httpd::Response& response);
/// The fields named in "validation_errors", in order, with commas.
[[nodiscard]] std::string fields_of(const common::httpd::Response& response);

}  // namespace faafo::tests
