// Tests that hold for every database that the application can use. Those with SQLite are part of the unit tests
// (on_sqlite.cpp), those with servers of another program (on_servers.cpp).
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/db/database.hpp"
#include "common/testkit/database_server.hpp"
#include "faafo/tests/application.hpp"

namespace faafo::tests {

/// Each test has a database of its own.
class BackendTest : public testing::TestWithParam<common::db::Backend> {
  protected:
    struct Files {
        explicit Files(common::db::Backend backend);
        [[nodiscard]] const std::string& database_url() const { return url; }
        common::process::TemporaryDirectory folder{"faafo-test"};
        std::string url;
    };
    const Files files{GetParam()};
};

class Store : public BackendTest {};
class Queue : public BackendTest {};

class SearchTest : public BackendTest {
  protected:
    SearchTest();
    [[nodiscard]] common::httpd::Response ask(const std::string& q, const std::string& more = {}) const;
    /// The last digits of the uuids, in order; or the status of an error.
    [[nodiscard]] std::string found(const std::string& q, const std::string& more = {}) const;
    [[nodiscard]] std::string filtered(const std::string& filter) const;

    Application application{files.database_url()};
};

[[nodiscard]] std::string name_of(const testing::TestParamInfo<common::db::Backend>& info);

/// The servers that can be started here.
[[nodiscard]] std::vector<common::db::Backend> available_servers();
/// Started when first asked for, and stopped at the program's end.
[[nodiscard]] common::testkit::DatabaseServer& running(common::db::Backend backend);

}  // namespace faafo::tests
