// Designate, as `scaling_fractals --balance dns` uses it.
#include <algorithm>
#include <openstack/dns.hpp>

#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using ::testing::HasSubstr;

class Dns : public Story {
  protected:
    void SetUp() override {
        Story::SetUp();
        if (IsSkipped()) return;
        if (const auto reason = why_not("DNS", [] { (void)designate().zones({}, call()).to_vector(1); });
            !reason.empty())
            GTEST_SKIP() << reason;
    }
    static openstack::DnsService designate() { return cloud().dns(); }
    static std::string zone_name() { return name("dns") + ".example.org."; }
};

TEST_F(Dns, AZoneAndItsNamesAreMadeChangedAndRemoved) {
    const auto made =
        designate().create_zone({.name = zone_name(), .email = "hostmaster@example.org", .ttl = 60}, call());
    const auto zone = designate().wait_for_zone(made, openstack::dns::Status::active,
                                                suite().short_wait("the zone is ACTIVE"));
    EXPECT_EQ(zone.ttl, 60);
    EXPECT_EQ(designate().find_zone(zone_name(), call()).id, zone.id);
    EXPECT_FALSE(designate().zone_nameservers(zone, call()).empty());
    (void)refused<openstack::Conflict>(
        [] { designate().create_zone({.name = zone_name(), .email = "hostmaster@example.org"}, call()); });

    const auto www = designate().create_recordset(
        zone, {.name = "www." + zone_name(), .type = "A", .records = {"192.0.2.1", "192.0.2.2"}, .ttl = 30},
        call());
    (void)designate().wait_for_recordset(www, zone, openstack::dns::Status::active,
                                         suite().short_wait("the name is ACTIVE"));
    const auto changed = designate().update_recordset(www, zone, {.records = {{"192.0.2.3"}}}, call());
    EXPECT_EQ(changed.records, std::vector<std::string>{"192.0.2.3"});
    (void)designate().wait_for_recordset(www, zone, openstack::dns::Status::active,
                                         suite().short_wait("its change is ACTIVE"));
    EXPECT_EQ(designate().find_recordset(zone, "www." + zone_name(), "A", call()).ttl, 30);

    (void)refused<openstack::BadRequest>([&] {
        designate().create_recordset(
            zone, {.name = "bad." + zone_name(), .type = "A", .records = {"no address"}}, call());
    });
    (void)refused<openstack::Conflict>([&] {
        designate().create_recordset(
            zone, {.name = "www." + zone_name(), .type = "A", .records = {"192.0.2.4"}}, call());
    });
    EXPECT_TRUE(designate().delete_recordset(www, zone, call()));
    EXPECT_TRUE(designate().delete_zone(zone, call()));
    designate().wait_for_delete_zone(zone, suite().short_wait("the zone is gone"));
    (void)refused<openstack::NotFound>([&] { (void)designate().get_zone(zone, call()); });
}

TEST_F(Dns, ANameWithoutTheFinalDotIsABadRequest) {
    (void)refused<openstack::BadRequest>([] {
        designate().create_zone({.name = name("dotless") + ".example.org", .email = "hostmaster@example.org"},
                                call());
    });
}

TEST_F(Dns, LimitsAndQuotasAreKnown) {
    EXPECT_TRUE(designate().get_limits(call()).max_zones);
    EXPECT_TRUE(designate().get_quota({}, call()).zones);
}

}  // namespace
}  // namespace acceptance::cloud
