#include "faafo/tests/backends.hpp"

namespace faafo::tests {

INSTANTIATE_TEST_SUITE_P(With, Store, testing::ValuesIn(available_servers()), name_of);
INSTANTIATE_TEST_SUITE_P(With, Queue, testing::ValuesIn(available_servers()), name_of);
INSTANTIATE_TEST_SUITE_P(With, SearchTest, testing::ValuesIn(available_servers()), name_of);

TEST(DatabaseServers, AreInstalled) {
    const std::string missing =
        common::testkit::missing_for_maria_db() + common::testkit::missing_for_postgresql();
    if (!missing.empty()) GTEST_SKIP() << missing;
}

}  // namespace faafo::tests
