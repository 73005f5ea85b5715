#include "openstack/dns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::FakeWaitClock;
using sdktest::recording;
using sdktest::same_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

const std::string zone = "acd326fe-e7ee-4170-a4f1-9b6ea9792e7a";
const std::string www = "373c003c-bb53-418c-b903-755b414f73fc";
const std::string recordsets = "/zones/" + zone + "/recordsets";

struct Dns : ::testing::Test {
    FakeService cloud{"dns"};
    DnsService dns{cloud.adapter()};
    std::shared_ptr<FakeWaitClock> clock = std::make_shared<FakeWaitClock>();

    void answer(const std::string& line, int number) { cloud.on(line, recording("dns", number)); }
    /// What the last request sent is what was recorded.
    void expect_sent(int number) {
        const auto expected = recording("dns", number);
        EXPECT_PRED2(same_json, cloud.last().body, expected.request_body) << expected.file;
        EXPECT_EQ(cloud.last().line, expected.method + " " + expected.path.substr(std::string("/v2").size()));
    }
};

}  // namespace

TEST_F(Dns, ZonesAreCreatedAndWaitedFor) {
    answer("POST /zones", 11);
    const auto made = dns.create_zone({.name = "rec-one.example.",
                                       .email = "hostmaster@example.com",
                                       .description = "Recordings",
                                       .ttl = 3600});
    expect_sent(11);
    EXPECT_EQ(made.status, dns::Status::pending);
    answer("GET /zones/" + zone, 21);
    answer("GET /zones/" + zone, 22);
    std::vector<std::string> seen;
    const auto active = dns.wait_for_zone(
        made, "ACTIVE",
        {.progress = [&](std::string_view status, auto) { seen.emplace_back(status); }, .clock = clock});
    EXPECT_EQ(active.serial, 1795344575);
    EXPECT_THAT(seen, ElementsAre("PENDING (CREATE)", "ACTIVE (NONE)"));
}

TEST_F(Dns, ZonesAreListedPageByPage) {
    const std::string first = "GET /zones?sort_key=name&sort_dir=asc&limit=1";
    const std::string next = "GET /zones?limit=1&sort_key=name&sort_dir=asc&marker=";
    answer(first, 23);
    answer(next + zone, 24);
    answer(next + "5d7ec256-e793-4375-b72d-ba450743c75e", 25);
    answer(next + "3c972e7c-a6aa-4306-9390-82ff30a6caba", 26);
    std::vector<std::string> names;
    for (const auto& each : dns.zones({.sort_key = "name", .sort_dir = "asc", .limit = 1})) {
        names.push_back(each.name);
    }
    EXPECT_THAT(names, ElementsAre("rec-one.example.", "rec-three.example.", "rec-two.example."));
}

TEST_F(Dns, ZonesAreFoundWithAndWithoutTheFinalDot) {
    answer("GET /zones?name=rec-two.example.", 113);
    const std::string id = "3c972e7c-a6aa-4306-9390-82ff30a6caba";
    EXPECT_EQ(dns.find_zone("rec-two.example.").id, id);
    EXPECT_EQ(dns.find_zone("rec-two.example").id, id);
    cloud.on("GET /zones?name=other.", R"({"zones":[]})");
    EXPECT_FALSE(dns.find_zone_or_null("other"));
    answer("GET /zones/" + zone, 22);
    EXPECT_EQ(dns.find_zone(zone).name, "rec-one.example.");
    EXPECT_EQ(dns::absolute_name("example.org"), "example.org.");
    EXPECT_EQ(dns::absolute_name("example.org."), "example.org.");
    EXPECT_THROW(static_cast<void>(dns.find_zone("")), Error);
}

TEST_F(Dns, ZonesAreUpdatedAndDeleted) {
    answer("PATCH /zones/" + zone, 37);
    EXPECT_EQ(dns.update_zone(zone, {.description = "Changed", .ttl = 300}).ttl, 300);
    expect_sent(37);
    answer("DELETE /zones/" + zone, 116);
    answer("DELETE /zones/" + zone, 119);
    EXPECT_TRUE(dns.delete_zone(zone));
    EXPECT_FALSE(dns.delete_zone(zone));
    answer("GET /zones/" + zone, 117);
    answer("GET /zones/" + zone, 118);
    dns.wait_for_delete_zone(zone, {.clock = clock});
    EXPECT_EQ(clock->sleeps.size(), 1U);
}

TEST_F(Dns, ThatFailsSaysWhere) {
    cloud.on("GET /zones/z", R"({"id":"z","name":"a.example.","status":"ERROR","action":"CREATE"})");
    cloud.on("GET /zones/z/recordsets/r",
             R"({"id":"r","name":"www.a.example.","type":"A","status":"ERROR","action":"UPDATE"})");
    try {
        static_cast<void>(dns.wait_for_zone("z", "ACTIVE", {.clock = clock}));
        FAIL();
    } catch (const ResourceFailed& error) {
        EXPECT_STREQ(error.what(),
                     "Zone a.example. (z) went to ERROR in CREATE; the name servers did not take it");
    }
    EXPECT_THROW(static_cast<void>(dns.wait_for_recordset("r", "z", "ACTIVE", {.clock = clock})),
                 ResourceFailed);
    EXPECT_EQ(dns.wait_for_zone("z", "ERROR", {.clock = clock}).id, "z");
    EXPECT_EQ(dns.wait_for_zone("z", "error", {.timeout = {}, .clock = clock}).id, "z");
    EXPECT_EQ(dns.wait_for_recordset("r", "z", "error", {.timeout = {}, .clock = clock}).id, "r");
}

TEST_F(Dns, ZonesHaveNameservers) {
    answer("GET /zones/" + zone + "/nameservers", 39);
    EXPECT_EQ(dns.zone_nameservers(zone).at(0).hostname, "ns1.aio.internal.");
}

TEST_F(Dns, RecordsetsLive) {
    answer("POST " + recordsets, 40);
    const auto made = dns.create_recordset(zone, {.name = "www.rec-one.example.",
                                                  .type = "A",
                                                  .records = {"192.0.2.10", "192.0.2.11"},
                                                  .ttl = 60,
                                                  .description = "Web"});
    expect_sent(40);
    answer("GET " + recordsets + "/" + www, 47);
    answer("GET " + recordsets + "/" + www, 48);
    EXPECT_EQ(dns.wait_for_recordset(made, zone, "ACTIVE", {.clock = clock}).records.size(), 2U);
    EXPECT_EQ(dns.get_recordset(www, zone).zone_name, "rec-one.example.");
    answer("PUT " + recordsets + "/" + www, 63);
    const auto changed =
        dns.update_recordset(made, zone, {.records = std::vector<std::string>{"192.0.2.20"}, .ttl = null});
    expect_sent(63);
    EXPECT_FALSE(changed.ttl) << "the zone's";
    answer("DELETE " + recordsets + "/" + www, 67);
    EXPECT_TRUE(dns.delete_recordset(made, zone));
    answer("GET " + recordsets + "/gone", 68);
    EXPECT_THROW(static_cast<void>(dns.get_recordset("gone", zone)), NotFound);
}

TEST_F(Dns, RecordsetsAreListedInAZoneAndEverywhere) {
    answer("GET " + recordsets, 56);
    EXPECT_GT(dns.recordsets(zone).to_vector().size(), 3U);
    answer("GET /recordsets?name=%2Arec-one.example.&limit=2", 61);
    EXPECT_EQ(dns.recordsets({.name = "*rec-one.example.", .limit = 2}).first()->type, "SOA");
}

TEST_F(Dns, RecordsetsAreFoundByNameAndType) {
    const std::string both =
        R"({"recordsets":[{"id":"4","name":"www.a.","type":"A"},{"id":"6","name":"www.a.","type":"AAAA"}]})";
    cloud.on("GET /zones/z/recordsets?name=www.a.", both);
    EXPECT_THROW(static_cast<void>(dns.find_recordset("z", "www.a")), DuplicateResource);
    cloud.on("GET /zones/z/recordsets?type=AAAA&name=www.a.",
             R"({"recordsets":[{"id":"6","name":"www.a.","type":"AAAA"}]})");
    EXPECT_EQ(dns.find_recordset("z", "www.a.", "AAAA").id, "6");
    cloud.on("GET /zones/z/recordsets?type=A&name=x.a.", R"({"recordsets":[]})");
    EXPECT_FALSE(dns.find_recordset_or_null("z", "x.a", "A"));
}

TEST_F(Dns, ErrorsAreDesignatesOwnWords) {
    const auto what = [&](int number) -> std::string {
        FakeService other("dns");
        other.on("POST /zones", recording("dns", number));
        try {
            DnsService(other.adapter()).create_zone({.name = "x", .email = "y"});
        } catch (const HttpError& error) {
            EXPECT_FALSE(error.details().request_id.empty());
            return error.details().service_code + ": " + error.details().service_message;
        }
        return "no error";
    };
    EXPECT_THAT(what(12), HasSubstr("duplicate_zone: "));
    EXPECT_THAT(what(14), HasSubstr("illegal_child: Unable to create subzone in another tenants zone"));
    EXPECT_THAT(what(17), HasSubstr("invalid_object: type.email: 'email' is a required property"));
    EXPECT_THAT(what(18), HasSubstr("Keys ['no_such'] are not valid for zone"));
    answer("POST /zones", 102);
    EXPECT_THROW(dns.create_zone({.name = "rec-q0.example.", .email = "a@example.com"}), QuotaExceeded);
}

TEST_F(Dns, IsSeenAsAnotherProjectOnRequest) {
    cloud.on("GET /zones", R"({"zones":[]})");
    static_cast<void>(dns.zones().to_vector());
    EXPECT_FALSE(cloud.last().headers.find("X-Auth-All-Projects"));
    static_cast<void>(dns.all_projects().zones().to_vector());
    EXPECT_EQ(cloud.last().headers.get("X-Auth-All-Projects"), "true");
    cloud.on("POST /zones", recording("dns", 11));
    dns.sudo_project("other").create_zone({.name = "a.", .email = "b@c.d"});
    EXPECT_EQ(cloud.last().headers.get("X-Auth-Sudo-Project-ID"), "other");
    EXPECT_FALSE(cloud.last().headers.find("X-Auth-All-Projects"));
}

TEST_F(Dns, LimitsAndQuotas) {
    answer("GET /limits", 6);
    EXPECT_EQ(dns.get_limits().max_zones, 10000);
    EXPECT_FALSE(dns.get_limits().min_ttl);
    cloud.on(std::string("GET /quotas/") + FakeService::project_id, recording("dns", 7));
    EXPECT_EQ(dns.get_quota().recordset_records, 20);
    const std::string project = "2db43fae851342029a0bedb76aae7a76";
    answer("PATCH /quotas/" + project, 101);
    EXPECT_EQ(dns.update_quota(project, {.zones = 3}).zones, 3);
    expect_sent(101);
    answer("DELETE /quotas/" + project, 103);
    EXPECT_TRUE(dns.delete_quota(project));
}
