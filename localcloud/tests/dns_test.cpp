// Designate's API with states only: zones and record sets become ACTIVE, refusals are as recorded.
#include <gmock/gmock.h>

#include "common/testkit/wait.hpp"
#include "localcloud/api/dns/records.hpp"
#include "localcloud/tests/api.hpp"

namespace localcloud::testing {
namespace {

const std::string zones = "/dns/v2/zones";

class Dns : public ::testing::Test {
  protected:
    std::string zone(const std::string& name = "rec-one.example.") {
        const auto answer = cloud_.ask("POST", zones, {{"name", name}, {"email", "hostmaster@example.com"}});
        EXPECT_EQ(answer.status, 202) << json::serialize(answer.body);
        EXPECT_EQ(answer.at("/status"), "PENDING");
        return answer.at("/id");
    }
    bool active(const std::string& path) {
        return common::testkit::wait_until([&] { return cloud_.ask("GET", path).at("/status") == "ACTIVE"; });
    }
    bool gone(const std::string& path) {
        return common::testkit::wait_until([&] { return cloud_.ask("GET", path).status == 404; });
    }
    void expect_refusal(const ApiAnswer& answer, const std::string& recording) {
        ApiAnswer wanted = recorded("dns/" + recording);
        EXPECT_EQ(answer.status, wanted.status);
        json::value body = answer.body;
        for (json::value* one : {&body, &wanted.body})
            one->as_object().erase("request_id");
        EXPECT_EQ(json::serialize(body), json::serialize(wanted.body));
    }

    ApiCloud cloud_;
};

TEST_F(Dns, ZonesAndRecordSetsBecomeActiveAndGo) {
    const std::string path = zones + "/" + zone();
    ASSERT_TRUE(active(path));
    const auto created = cloud_.ask("POST", path + "/recordsets",
                                    {{"name", "www.rec-one.example."},
                                     {"type", "A"},
                                     {"ttl", 60},
                                     {"records", {"192.0.2.10", "192.0.2.11"}}});
    EXPECT_EQ(created.status, 202);
    EXPECT_EQ(created.at("/action"), "CREATE");
    const std::string record_set = path + "/recordsets/" + created.at("/id");
    ASSERT_TRUE(active(record_set));
    ASSERT_TRUE(active(path));
    EXPECT_EQ(cloud_.ask("PUT", record_set, {{"records", {"192.0.2.20"}}}).at("/records"),
              R"(["192.0.2.20"])");
    const auto all = cloud_.ask("GET", path + "/recordsets?limit=2&sort_key=name");
    EXPECT_EQ(all.at("/metadata/total_count"), "3");
    EXPECT_THAT(all.at("/links/next"), ::testing::HasSubstr("marker="));
    EXPECT_EQ(cloud_.ask("GET", path + "/recordsets?data=192.0.2.2*").at("/metadata/total_count"), "1");
    const auto deleted = cloud_.ask("DELETE", record_set);
    EXPECT_EQ(deleted.status, 202);
    EXPECT_EQ(deleted.at("/action"), "DELETE");
    EXPECT_TRUE(gone(record_set));
    EXPECT_EQ(cloud_.ask("DELETE", path).status, 202);
    EXPECT_TRUE(gone(path));
    EXPECT_EQ(cloud_.ask("GET", "/dns/v2/recordsets").at("/metadata/total_count"), "0");
}

TEST_F(Dns, RecordsAreOneLine) {
    const std::string path = zones + "/" + zone("lines.example.");
    const auto add = [&](const char* type, const char* record) {
        return cloud_
            .ask("POST", path + "/recordsets",
                 {{"name", std::string{type} + ".lines.example."}, {"type", type}, {"records", {record}}})
            .status;
    };
    EXPECT_EQ(add("MX", "10\nmail.example.org."), 400);
    EXPECT_EQ(add("SRV", "1 2 3\nfoo.example.org."), 400);
    EXPECT_EQ(add("CAA", "0 issue\nca.example.org"), 400);
    EXPECT_EQ(add("MX", "10 mail.example.org."), 202);
    EXPECT_EQ(add("TXT", "caf\xc3\xa9"), 202);
}

TEST_F(Dns, SerialsGrowWithEveryChange) {
    const std::string path = zones + "/" + zone();
    const std::string before = cloud_.ask("GET", path).at("/serial");
    const auto changed = cloud_.ask("PATCH", path, {{"ttl", 300}});
    EXPECT_EQ(changed.status, 202);
    EXPECT_GT(std::stoll(changed.at("/serial")), std::stoll(before));
    EXPECT_THAT(cloud_.ask("GET", path + "/recordsets?type=SOA").at("/recordsets/0/records/0"),
                ::testing::HasSubstr(" hostmaster.example.com. " + changed.at("/serial") + " "));
    EXPECT_EQ(cloud_.ask("GET", path + "/nameservers").at("/nameservers/0/priority"), "1");
}

TEST_F(Dns, RefuseAsRecorded) {
    const std::string id = zone();
    const std::string sets = zones + "/" + id + "/recordsets";
    const auto post = [&](const json::value& body) { return cloud_.ask("POST", zones, body); };
    const auto add = [&](const char* name, const char* type, const json::array& records) {
        return cloud_.ask("POST", sets, {{"name", name}, {"type", type}, {"records", records}});
    };
    expect_refusal(post({{"name", "rec-one.example."}, {"email", "a@example.com"}}), "012-zone-exists");
    expect_refusal(
        cloud_.ask("POST", zones, {{"name", "rec-one.example."}, {"email", "a@example.com"}}, "admin"),
        "013-zone-exists-in-another-project");
    expect_refusal(
        cloud_.ask("POST", zones, {{"name", "sub.rec-one.example."}, {"email", "a@example.com"}}, "admin"),
        "014-zone-below-another-project-s-zone");
    expect_refusal(post({{"name", "rec-bad.example"}, {"email", "a@example.com"}}),
                   "015-zone-name-without-the-final-dot");
    expect_refusal(post({{"name", "rec-bad.example."}, {"email", "nobody"}}), "016-zone-with-a-bad-e-mail");
    expect_refusal(post({{"name", "rec-bad.example."}}), "017-zone-without-e-mail");
    expect_refusal(post({{"name", "rec-bad.example."}, {"email", "a@example.com"}, {"no_such", 1}}),
                   "018-zone-with-an-unknown-field");
    expect_refusal(post({{"name", "example."}, {"email", "a@example.com"}, {"ttl", -5}}),
                   "019-zone-with-a-negative-ttl");
    expect_refusal(cloud_.ask("GET", zones + "?limit=banana"), "029-list-zones-with-a-bad-limit");
    expect_refusal(cloud_.ask("GET", zones + "/00000000-0000-0000-0000-000000000000"), "035-zone-not-found");
    expect_refusal(cloud_.ask("GET", zones + "/not-a-uuid"), "036-zone-with-a-malformed-id");
    EXPECT_EQ(add("www.rec-one.example.", "A", {"192.0.2.1"}).status, 202);
    expect_refusal(add("www.rec-one.example.", "A", {"192.0.2.12"}), "041-record-set-exists");
    expect_refusal(add("www.rec-one.example.", "CNAME", {"rec-one.example."}),
                   "042-cname-beside-an-a-record");
    expect_refusal(add("bad.rec-one.example.", "A", {"banana"}), "043-record-set-with-a-bad-address");
    expect_refusal(add("www.elsewhere.example.", "A", {"192.0.2.1"}), "044-record-set-outside-of-zone");
    expect_refusal(add("x.rec-one.example.", "WAT", {"x"}), "045-record-set-of-an-unknown-type");
    expect_refusal(cloud_.ask("GET", sets + "/00000000-0000-0000-0000-000000000000"),
                   "066-record-set-not-found");
    const std::string soa = cloud_.ask("GET", sets + "?type=SOA").at("/recordsets/0/id");
    expect_refusal(cloud_.ask("PUT", sets + "/" + soa, {{"records", {"x"}}}),
                   "064-update-the-soa-record-set");
    expect_refusal(cloud_.ask("DELETE", sets + "/" + soa), "065-delete-the-soa-record-set");
    EXPECT_EQ(cloud_.ask("PATCH", "/dns/v2/quotas/" + cloud_.demo_project(), {{"zones", 1}}, "admin").status,
              200);
    expect_refusal(post({{"name", "rec-q0.example."}, {"email", "a@example.com"}}),
                   "102-zone-quota-exceeded");
}

TEST(DnsRecords, NothingHostileGetsIntoAZoneFile) {
    using namespace api::dns;
    EXPECT_TRUE(is_domain_name("_http._tcp.example.org."));
    EXPECT_TRUE(is_domain_name("*.example.org."));
    for (const char* bad :
         {"", ".", "example.org", "a..b.", "-a.org.", "a b.org.", "a.*.org.", "x\n.org.", "$INCLUDE."})
        EXPECT_FALSE(is_domain_name(bad)) << bad;
    EXPECT_FALSE(is_record("A", "1.2.3.4\n@ A 6.6.6.6"));
    EXPECT_FALSE(is_record("A", std::string{"1.2.3.4\0x", 9}));
    EXPECT_FALSE(is_record("TXT", "a\nb"));
    EXPECT_FALSE(is_record("TXT", "\"open"));
    EXPECT_FALSE(is_record("MX", "10 mail.example.org. ; comment"));
    EXPECT_FALSE(is_record("CNAME", "x.example.org. 1 IN A 1.1.1.1"));
    EXPECT_TRUE(is_record("MX", "10 mail.example.org."));
    for (const char* bad : {"10\nmail.example.org.", "10\tmail.example.org.", "10 mail.example.org.\r"})
        EXPECT_FALSE(is_record("MX", bad)) << bad;
    EXPECT_FALSE(is_record("SRV", "1 2 3\nfoo.example.org."));
    EXPECT_FALSE(is_record("CAA", "0 issue\vca.example.org"));
    EXPECT_EQ(in_zone_file("MX", "10  mail.example.org."), "10 mail.example.org.");
    EXPECT_EQ(in_zone_file("SRV", "1 2\n3 x.example.org."), "1 2 3 x.example.org.")
        << "as older states have it";
    EXPECT_EQ(in_zone_file("CAA", "0 issue \"ca.example.org\""), "0 issue \"ca.example.org\"");
    EXPECT_EQ(in_zone_file("TXT", "\xc3\xa9"), R"("\195\169")");
    EXPECT_EQ(in_zone_file("TXT", "a;b\\c"), "\"a;b\\\\c\"");
    EXPECT_EQ(in_zone_file("TXT", R"("one" "t\"wo")"), R"("one" "t\"wo")");
    EXPECT_EQ(in_zone_file("TXT", std::string(300, 'x')),
              "\"" + std::string(255, 'x') + "\" \"" + std::string(45, 'x') + "\"");
    EXPECT_EQ(mailbox_name("john.doe@example.org"), "john\\.doe.example.org.");
    EXPECT_TRUE(matches_pattern("rec-*.example.", "rec-one.example."));
    EXPECT_FALSE(matches_pattern("rec-*", "x-rec-"));
}

}  // namespace
}  // namespace localcloud::testing
