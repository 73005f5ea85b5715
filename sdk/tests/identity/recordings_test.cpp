// Every key of every identity resource that a real Keystone sent is decoded.
#include <gtest/gtest.h>

#include "sdk/src/identity/tables.hpp"
#include "sdk/tests/resource/recorded_types.hpp"

using namespace openstack;
using sdktest::decode_all;

TEST(IdentityRecordings, ProjectsLeaveNothingOver) {
    EXPECT_GT(decode_all<identity::Project>("identity", "project", "projects"), 10U);
}
TEST(IdentityRecordings, DomainsLeaveNothingOver) {
    EXPECT_GT(decode_all<identity::Domain>("identity", "domain", "domains"), 5U);
}
TEST(IdentityRecordings, TokensLeaveNothingOver) {
    EXPECT_GT(decode_all<identity::TokenInfo>("identity", "token", ""), 12U);
}
TEST(IdentityRecordings, CatalogsLeaveNothingOver) {
    EXPECT_GT(decode_all<identity::CatalogEntry>("identity", "", "catalog"), 5U);
}
