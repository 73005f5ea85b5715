// Every key of every DNS resource that a real Designate sent is decoded.
#include <gtest/gtest.h>

#include "sdk/src/dns/tables.hpp"
#include "sdk/tests/resource/recorded_types.hpp"

using namespace openstack;
using sdktest::decode_all;

namespace {

/// Designate puts nothing around one resource: those of a kind are known by their path.
template <class Resource>
std::size_t decode_bodies(const std::function<bool(const sdktest::Recording&)>& is_one) {
    std::size_t count = 0;
    for (const sdktest::Recording& recording : sdktest::recordings("dns")) {
        if (recording.status / 100 != 2 || !recording.body.starts_with("{") || !is_one(recording)) {
            continue;
        }
        std::vector<std::string> unknown;
        Resource resource{};
        resource::decode(recording.body, {.unknown = &unknown}, resource::value_type<Resource>, &resource);
        for (const std::string& path : unknown) {
            ADD_FAILURE() << recording.file << ": nothing decodes " << path;
        }
        ++count;
    }
    return count;
}

bool has(const sdktest::Recording& recording, std::string_view key) {
    return !sdktest::json_member(recording.body, key).empty();
}

}  // namespace

TEST(DnsRecordings, ZonesLeaveNothingOver) {
    EXPECT_GE(decode_all<dns::Zone>("dns", "", "zones"), 8U);
    EXPECT_GE(decode_bodies<dns::Zone>([](const auto& recording) { return has(recording, "serial"); }), 6U);
}
TEST(DnsRecordings, RecordsetsLeaveNothingOver) {
    EXPECT_GT(decode_all<dns::Recordset>("dns", "", "recordsets"), 20U);
    EXPECT_GT(decode_bodies<dns::Recordset>([](const auto& recording) { return has(recording, "records"); }),
              10U);
}
TEST(DnsRecordings, NameserversLeaveNothingOver) {
    EXPECT_EQ(decode_all<dns::ZoneNameserver>("dns", "", "nameservers"), 1U);
}
TEST(DnsRecordings, QuotasAndLimitsLeaveNothingOver) {
    EXPECT_EQ(
        decode_bodies<dns::Quota>([](const auto& recording) { return has(recording, "api_export_size"); }),
        2U);
    EXPECT_EQ(decode_bodies<dns::Limits>([](const auto& recording) { return has(recording, "max_zones"); }),
              1U);
}
