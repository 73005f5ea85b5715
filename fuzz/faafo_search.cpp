// GET /v1/fractal with any query: an answer or a refusal, never an SQL statement that the database does not understand.
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "common/process/process.hpp"
#include "faafo/api/service.hpp"
#include "faafo/queue/embedded_queue.hpp"
#include "faafo/store/database.hpp"
#include "faafo/store/sql_store.hpp"
#include "fuzz/target.hpp"

namespace {

/// The application on a database with a few fractals; requests only read it.
struct Application {
    Application() {
        spdlog::set_level(spdlog::level::off);
        for (int i = 0; i < 3; ++i) {
            store->create({.uuid = "00000000-0000-4000-8000-00000000000" + std::to_string(i),
                           .parameters = {.width = 32,
                                          .height = 24,
                                          .iterations = 100 + i,
                                          .window = {.xa = -2.0, .xb = 2.0, .ya = -1.5, .yb = 1.5}},
                           .c = std::complex<double>{-0.8, 0.156},
                           .created_at = faafo::store::now()});
        }
    }

    common::process::TemporaryDirectory folder{"faafo-fuzz"};
    std::shared_ptr<faafo::store::Database> database =
        std::make_shared<faafo::store::Database>("sqlite:///" + (folder.path() / "faafo.db").string(), 2);
    std::unique_ptr<faafo::store::Store> store = faafo::store::make_sql_store(database);
    std::unique_ptr<faafo::queue::Queue> queue = faafo::queue::make_embedded_queue(database, {});
    faafo::api::Service service{*store, *queue};
};

}  // namespace

/// The first line is "page&results_per_page=…", the rest is q.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Application application;
    auto q = fuzz::text(data, size);
    const auto pages = fuzz::take_until(q, '\n');
    common::httpd::Request request{.method = "GET", .target = "/v1/fractal", .path = "/v1/fractal"};
    request.query = common::httpd::parse_query(pages);
    if (!q.empty()) request.query.emplace_back("q", q);
    const auto status = application.service(request).status;
    fuzz::require(status == 200 || status == 400 || status == 404, "a search is answered or refused");
    return 0;
}
