#include "faafo/tests/backends.hpp"

#include <array>
#include <utility>

namespace faafo::tests {

using common::db::Backend;
using common::testkit::DatabaseServer;

common::testkit::DatabaseServer& running(Backend backend) {
    static std::array<std::unique_ptr<DatabaseServer>, 2> servers;
    const bool maria_db = backend == Backend::mysql;
    auto& server = servers.at(maria_db ? 0 : 1);
    if (!server) server = maria_db ? common::testkit::start_maria_db() : common::testkit::start_postgresql();
    return *server;
}

std::vector<Backend> available_servers() {
    std::vector<Backend> servers;
    if (common::testkit::missing_for_maria_db().empty()) servers.push_back(Backend::mysql);
    if (common::testkit::missing_for_postgresql().empty()) servers.push_back(Backend::postgresql);
    return servers;
}

BackendTest::Files::Files(Backend backend)
    : url(backend == Backend::sqlite ? "sqlite:///" + (folder.path() / "faafo.db").string()
                                     : running(backend).create_database()) {}

std::string name_of(const testing::TestParamInfo<Backend>& info) {
    switch (info.param) {
        case Backend::mysql:
            return "MariaDb";
        case Backend::postgresql:
            return "PostgreSql";
        case Backend::sqlite:
            break;
    }
    return "Sqlite";
}

}  // namespace faafo::tests
