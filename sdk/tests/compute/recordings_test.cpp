// Every key of every compute resource that a real Nova sent is decoded.
#include <gtest/gtest.h>

#include "sdk/src/compute/tables.hpp"
#include "sdk/tests/resource/recorded_types.hpp"

using namespace openstack;
using sdktest::decode_all;

TEST(ComputeRecordings, ServersLeaveNothingOver) {
    EXPECT_GT(decode_all<compute::Server>("compute", "server", "servers"), 100U);
}
TEST(ComputeRecordings, FlavorsLeaveNothingOver) {
    EXPECT_GT(decode_all<compute::Flavor>("compute", "flavor", "flavors"), 15U);
}
TEST(ComputeRecordings, KeypairsLeaveNothingOver) {
    EXPECT_GT(decode_all<compute::Keypair>("compute", "keypair", "keypairs", "keypair"), 8U);
}
TEST(ComputeRecordings, LimitsLeaveNothingOver) {
    EXPECT_EQ(decode_all<compute::Limits>("compute", "limits", ""), 2U);
}
TEST(ComputeRecordings, QuotaSetsLeaveNothingOver) {
    EXPECT_EQ(decode_all<compute::QuotaSet>("compute", "quota_set", ""), 5U);
}
TEST(ComputeRecordings, AvailabilityZonesLeaveNothingOver) {
    EXPECT_EQ(decode_all<compute::AvailabilityZone>("compute", "", "availabilityZoneInfo"), 3U);
}
TEST(ComputeRecordings, ServerActionsLeaveNothingOver) {
    EXPECT_GT(decode_all<compute::ServerAction>("compute", "instanceAction", "instanceActions"), 4U);
}
TEST(ComputeRecordings, ServerInterfacesLeaveNothingOver) {
    EXPECT_EQ(decode_all<compute::ServerInterface>("compute", "interfaceAttachment", "interfaceAttachments"),
              3U);
}
