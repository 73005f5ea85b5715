#include "faafo/tests/backends.hpp"

namespace faafo::tests {

INSTANTIATE_TEST_SUITE_P(With, Store, testing::Values(common::db::Backend::sqlite), name_of);
INSTANTIATE_TEST_SUITE_P(With, Queue, testing::Values(common::db::Backend::sqlite), name_of);
INSTANTIATE_TEST_SUITE_P(With, SearchTest, testing::Values(common::db::Backend::sqlite), name_of);

}  // namespace faafo::tests
