// Quotas, the life of a server, tags, ports of one's own: answers are what the real services answered.
#include <gmock/gmock.h>

#include "localcloud/state/identifiers.hpp"
#include "localcloud/tests/api.hpp"

using namespace localcloud;
using localcloud::testing::ApiAnswer;
using localcloud::testing::ApiCloud;
using localcloud::testing::recorded;
using ::testing::HasSubstr;

namespace {

/// The ID of the server, and of the project, in the recordings.
constexpr const char* recorded_server = "0c4eaa79-f685-4a77-970a-fe896611b8fd";
const std::string servers = "/compute/v2.1/servers";

void expect_like(const ApiAnswer& answer, const ApiAnswer& recording) {
    EXPECT_EQ(answer.status, recording.status) << json::serialize(answer.body);
    EXPECT_EQ(answer.body, recording.body);
}

class Api : public ::testing::Test {
  protected:
    ApiAnswer set_quota(const std::string& service, const json::object& limits) {
        return service == "compute" ? cloud.ask("PUT", "/compute/v2.1/os-quota-sets/" + cloud.demo_project(),
                                                {{"quota_set", limits}}, "admin")
                                    : cloud.ask("PUT", "/network/v2.0/quotas/" + cloud.demo_project(),
                                                {{"quota", limits}}, "admin");
    }
    ApiAnswer create_server(const json::object& more = {}) {
        json::object wanted{
            {"name", "over"}, {"imageRef", cloud.image()}, {"flavorRef", cloud.flavor("m1.medium")}};
        wanted["networks"] = json::array{json::object{{"uuid", cloud.network()}}};
        for (const auto& member : more)
            wanted[member.key()] = member.value();
        return cloud.ask("POST", servers, {{"server", wanted}});
    }
    ApiAnswer act(const std::string& server, const json::object& action, const std::string& version = {}) {
        return cloud.ask("POST", servers + "/" + server + "/action", action, "demo", version);
    }

    ApiCloud cloud;
};

TEST_F(Api, NovasQuotasAreEnforced) {
    const std::string own = "/compute/v2.1/os-quota-sets/" + cloud.demo_project();
    const std::string project = "d248a64c6b1b4bf2986a6635cc0ab2e3";
    const json::value twenty{{"quota_set", {{"instances", 20}}}};
    expect_like(cloud.ask("PUT", own, twenty), recorded("compute/061-update-quota-set-as-member"));
    expect_like(set_quota("compute", {{"no_such", 20}}), recorded("compute/062-update-an-unknown-quota"));
    EXPECT_EQ(set_quota("compute", {{"instances", -2}}).status, 400);

    EXPECT_EQ(set_quota("compute", {{"instances", 0}}).status, 200);
    expect_like(create_server(), recorded("compute/338-server-quota-exceeded"));
    EXPECT_EQ(set_quota("compute", {{"instances", "20"}, {"cores", 0}, {"metadata_items", 5}}).status, 200);
    expect_like(create_server(), recorded("compute/339-core-quota-exceeded"));
    EXPECT_EQ(set_quota("compute", {{"cores", 3}, {"key_pairs", 0}}).status, 200);
    const json::value keypair{{"keypair", {{"name", "k"}}}};
    expect_like(cloud.ask("POST", "/compute/v2.1/os-keypairs", keypair),
                recorded("compute/340-keypair-quota-exceeded"));

    (void)cloud.server("one", {{"flavorRef", cloud.flavor("m1.medium")}});
    const ApiAnswer over = create_server();
    EXPECT_EQ(over.status, 403);
    EXPECT_EQ(over.at("/forbidden/message"),
              "Quota exceeded for cores: Requested 2, but already used 2 of 3 cores");
    const ApiAnswer limits = cloud.ask("GET", "/compute/v2.1/limits");
    EXPECT_EQ(limits.at("/limits/absolute/maxTotalCores"), "3");
    EXPECT_EQ(limits.at("/limits/absolute/totalCoresUsed"), "2");
    EXPECT_EQ(limits.at("/limits/absolute/totalInstancesUsed"), "1");
    EXPECT_EQ(cloud.ask("GET", own + "/detail").at("/quota_set/cores/in_use"), "2");
    EXPECT_EQ(cloud.ask("GET", "/compute/v2.1/limits?tenant_id=" + cloud.demo_project(), {}, "admin")
                  .at("/limits/absolute/totalCoresUsed"),
              "2");
    EXPECT_EQ(cloud.ask("GET", "/compute/v2.1/limits?tenant_id=" + project).status, 403);
    EXPECT_THAT(set_quota("compute", {{"cores", 1}}).at("/badRequest/message"),
                HasSubstr("greater than or equal to already used and reserved 2"));
    EXPECT_EQ(set_quota("compute", {{"cores", 1}, {"force", true}}).status, 200);

    EXPECT_EQ(cloud.ask("DELETE", own, {}, "admin").status, 202);
    EXPECT_EQ(cloud.ask("GET", own).at("/quota_set/cores"), "-1");
}

TEST_F(Api, NeutronsQuotasAreEnforced) {
    const std::string own = "/network/v2.0/quotas/" + cloud.demo_project();
    expect_like(cloud.ask("PUT", own, {{"quota", {{"network", 99}}}}),
                recorded("network/109-set-quotas-as-member"));
    expect_like(set_quota("network", {{"network", 3}, {"security_group", 50}}),
                recorded("network/107-set-quotas"));
    EXPECT_EQ(set_quota("network", {{"network", -2}}).status, 400);
    EXPECT_EQ(set_quota("network", {{"networks", 2}}).status, 400);
    EXPECT_EQ(set_quota("network", {{"network", 1}}).status, 200);
    const json::value network{{"network", {{"name", "over"}}}};
    expect_like(cloud.ask("POST", "/network/v2.0/networks", network),
                recorded("network/108-network-quota-exceeded"));
    const ApiAnswer details = cloud.ask("GET", own + "/details.json");
    EXPECT_EQ(details.at("/quota/network/used"), "1");
    EXPECT_EQ(details.at("/quota/network/limit"), "1");
    EXPECT_EQ(details.at("/quota/rbac_policy/limit"), "10");

    // Nova asks before it promises a server.
    const std::string ports = details.at("/quota/port/used");
    EXPECT_EQ(set_quota("network", {{"port", std::stoi(ports)}}).status, 200);
    const ApiAnswer server = create_server();
    EXPECT_EQ(server.status, 403);
    EXPECT_EQ(server.at("/forbidden/message"), "Maximum number of ports exceeded");

    EXPECT_EQ(cloud.ask("DELETE", own, {}, "admin").status, 204);
    EXPECT_EQ(cloud.ask("GET", own).at("/quota/network"), "-1");
}

TEST_F(Api, AServerStopsStartsAndReboots) {
    const std::string server = cloud.server("one");
    const std::map<std::string, std::string> id{{recorded_server, server}};
    expect_like(act(server, {{"dance", nullptr}}), recorded("compute/217-unknown-action"));
    EXPECT_EQ(act(server, {{"os-start", nullptr}}).status, 409) << "it runs";
    EXPECT_EQ(act(server, {{"os-stop", nullptr}}).status, 202);
    ASSERT_TRUE(cloud.becomes(server, "SHUTOFF"));
    const ApiAnswer off = cloud.ask("GET", servers + "/" + server);
    EXPECT_EQ(off.at("/server/OS-EXT-STS:vm_state"), "stopped");
    EXPECT_EQ(off.at("/server/OS-EXT-STS:power_state"), "4");
    expect_like(act(server, {{"os-stop", nullptr}}), recorded("compute/213-stop-a-stopped-server", id));
    EXPECT_EQ(act(server, {{"reboot", {{"type", "SOFT"}}}}).status, 409) << "it is off";
    EXPECT_EQ(act(server, {{"os-start", nullptr}}).status, 202);
    ASSERT_TRUE(cloud.becomes(server, "ACTIVE"));
    EXPECT_EQ(act(server, {{"reboot", {{"type", "SOFT"}}}}).status, 202);
    ASSERT_TRUE(cloud.becomes(server, "ACTIVE"));
    EXPECT_EQ(act(server, {{"reboot", {{"type", "HARD"}}}}).status, 202);
    ASSERT_TRUE(cloud.becomes(server, "ACTIVE"));
    EXPECT_EQ(act(server, {{"lock", nullptr}}).status, 202);
    expect_like(act(server, {{"os-stop", nullptr}}), recorded("compute/207-stop-a-locked-server", id));

    const std::string actions = servers + "/" + server + "/os-instance-actions";
    const ApiAnswer all = cloud.ask("GET", actions);
    std::vector<std::string> names;
    for (const json::value& action : all.body.at("instanceActions").as_array())
        names.push_back(to_text(action.at("action")));
    EXPECT_THAT(names, ::testing::ElementsAre("lock", "reboot", "reboot", "start", "stop", "create"));
    const ApiAnswer page = cloud.ask("GET", actions + "?limit=2", {}, "demo", "2.58");
    EXPECT_EQ(page.body.at("instanceActions").as_array().size(), 2U);
    EXPECT_THAT(page.at("/links/0/href"),
                HasSubstr("limit=2&marker=" + page.at("/instanceActions/1/request_id")));
}

TEST_F(Api, ARebuiltServerKeepsItsPortsAndItsState) {
    const std::string server = cloud.server("one", {{"metadata", {{"a", "b"}}}});
    const std::string path = servers + "/" + server;
    const json::value before = cloud.ask("GET", path).body;
    const std::string script = state::base64_encode("#!/bin/sh\n");
    const ApiAnswer answer = act(
        server,
        {{"rebuild",
          {{"imageRef", cloud.image()}, {"name", "two"}, {"metadata", {{"c", "d"}}}, {"user_data", script}}}},
        "2.57");
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.at("/server/status"), "REBUILD");
    EXPECT_EQ(answer.at("/server/user_data"), script);
    ASSERT_TRUE(cloud.becomes(server, "ACTIVE"));
    const json::value after = cloud.ask("GET", path).body;
    EXPECT_EQ(after.at_pointer("/server/addresses"), before.at_pointer("/server/addresses"));
    EXPECT_EQ(after.at_pointer("/server/metadata"), (json::value{{"c", "d"}}));
    EXPECT_EQ(after.at_pointer("/server/name"), "two");

    EXPECT_EQ(act(server, {{"os-stop", nullptr}}).status, 202);
    ASSERT_TRUE(cloud.becomes(server, "SHUTOFF"));
    EXPECT_EQ(act(server, {{"rebuild", {{"imageRef", cloud.image()}}}}).status, 202);
    EXPECT_TRUE(cloud.becomes(server, "SHUTOFF")) << "what was off is off again";
    EXPECT_EQ(act(server, {{"rebuild", {{"imageRef", server}}}}).status, 400);
}

TEST_F(Api, MetadataAndTagsComeAndGo) {
    const std::string server = cloud.server("one", {{"metadata", {{"a", "b"}}}});
    const std::string metadata = servers + "/" + server + "/metadata";
    const json::value wanted{{"metadata", {{"c", "d"}}}};
    EXPECT_EQ(cloud.ask("POST", metadata, wanted).body,
              (json::value{{"metadata", {{"a", "b"}, {"c", "d"}}}}));
    EXPECT_EQ(cloud.ask("PUT", metadata, wanted).body, wanted);
    EXPECT_EQ(cloud.ask("PUT", metadata + "/e", {{"meta", {{"e", "f"}}}}).status, 200);
    EXPECT_EQ(cloud.ask("DELETE", metadata + "/c").status, 204);
    EXPECT_EQ(cloud.ask("DELETE", metadata + "/c").status, 404);
    EXPECT_EQ(cloud.ask("GET", metadata).body, (json::value{{"metadata", {{"e", "f"}}}}));

    const std::string tags = servers + "/" + server + "/tags";
    const auto tag = [&](const std::string& method, const std::string& rest) {
        return cloud.ask(method, tags + rest, {}, "demo", "2.26");
    };
    expect_like(tag("PUT", "/blue"), recorded("compute/176-add-tag"));
    EXPECT_EQ(tag("PUT", "/blue").status, 204);
    expect_like(tag("GET", "/blue"), recorded("compute/178-check-tag"));
    expect_like(tag("GET", "/none"),
                recorded("compute/179-check-a-missing-tag", {{recorded_server, server}}));
    EXPECT_EQ(tag("GET", "").body, (json::value{{"tags", json::array{"blue"}}}));
    expect_like(tag("DELETE", "/blue"), recorded("compute/180-delete-tag"));
    EXPECT_EQ(tag("DELETE", "/blue").status, 404);
    EXPECT_EQ(tag("PUT", "/red").status, 201);
    EXPECT_EQ(tag("DELETE", "").status, 204);
    EXPECT_EQ(tag("GET", "").body, (json::value{{"tags", json::array{}}}));
}

TEST_F(Api, APortOfOnesOwnOutlivesItsServer) {
    const std::string ports = "/network/v2.0/ports";
    const json::value wanted{{"port",
                              {{"network_id", cloud.network()},
                               {"fixed_ips", json::array{json::object{{"ip_address", "10.0.0.77"}}}}}}};
    const ApiAnswer port = cloud.ask("POST", ports, wanted);
    ASSERT_EQ(port.status, 201);
    EXPECT_EQ(port.at("/port/fixed_ips/0/ip_address"), "10.0.0.77");
    const ApiAnswer taken = cloud.ask("POST", ports, wanted);
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(taken.at("/NeutronError/type"),
              recorded("network/095-port-address-in-use").at("/NeutronError/type"));
    const std::string id = port.at("/port/id");
    const std::string external = cloud.ask("GET", "/network/v2.0/networks?name=public").at("/networks/0/id");
    const ApiAnswer floating_ip =
        cloud.ask("POST", "/network/v2.0/floatingips",
                  {{"floatingip", {{"floating_network_id", external}, {"port_id", id}}}});
    EXPECT_EQ(floating_ip.at("/floatingip/fixed_ip_address"), "10.0.0.77") << "no server is needed";

    const std::string server = cloud.server("one", {{"networks", json::array{json::object{{"port", id}}}}});
    const std::string other = cloud.server("two");
    const auto owned = [&](const std::string& query) {
        return cloud.ask("GET", ports + query).body.at("ports").as_array().size();
    };
    EXPECT_EQ(owned("?device_owner=compute:nova"), 2U);
    EXPECT_EQ(owned("?device_owner=compute:nova&device_id=" + server), 1U);
    EXPECT_EQ(owned("?device_owner=network:router_interface&device_owner=compute:nova"), 3U);
    EXPECT_EQ(cloud.ask("GET", servers + "/" + server).at("/server/addresses/private/1/addr"),
              floating_ip.at("/floatingip/floating_ip_address"));
    EXPECT_EQ(create_server({{"networks", json::array{json::object{{"port", id}}}}}).status, 409)
        << "it is in use";

    for (const std::string& gone : {server, other}) {
        EXPECT_EQ(cloud.ask("DELETE", servers + "/" + gone).status, 204);
        EXPECT_TRUE(cloud.gone(gone));
    }
    EXPECT_EQ(owned("?device_owner=compute:nova"), 0U);
    const ApiAnswer kept = cloud.ask("GET", ports + "/" + id);
    EXPECT_EQ(kept.status, 200);
    EXPECT_EQ(kept.at("/port/device_id"), "");
    EXPECT_EQ(kept.at("/port/device_owner"), "");
}

TEST_F(Api, FloatingIpsComeAndGoTheOldWay) {
    const std::string server = cloud.server("one");
    const std::string external = cloud.ask("GET", "/network/v2.0/networks?name=public").at("/networks/0/id");
    const std::string address =
        cloud.ask("POST", "/network/v2.0/floatingips", {{"floatingip", {{"floating_network_id", external}}}})
            .at("/floatingip/floating_ip_address");
    const json::object floating_ip{{"address", address}};
    const auto addresses = [&] { return cloud.ask("GET", servers + "/" + server + "/ips").body; };
    EXPECT_EQ(act(server, {{"removeFloatingIp", floating_ip}}).status, 409) << "it is nobody's";
    EXPECT_EQ(
        act(server, {{"addFloatingIp", {{"address", address}, {"fixed_address", "10.0.0.250"}}}}).status,
        400);
    EXPECT_EQ(act(server, {{"addFloatingIp", floating_ip}}).status, 202);
    EXPECT_EQ(to_text(addresses().at_pointer("/addresses/private/1/addr")), address);
    EXPECT_EQ(act(server, {{"removeFloatingIp", floating_ip}}).status, 202);
    EXPECT_EQ(addresses().at_pointer("/addresses/private").as_array().size(), 1U);
    EXPECT_EQ(act(server, {{"addFloatingIp", floating_ip}}, "2.44").status, 404) << "it ended there";
}

TEST_F(Api, ADeletedServerIsAChangeAndNothingElse) {
    const std::string server = cloud.server("one");
    EXPECT_EQ(cloud.ask("DELETE", servers + "/" + server).status, 204);
    ASSERT_TRUE(cloud.gone(server));
    const auto listed = [&](const std::string& query, const std::string& user = "demo",
                            const std::string& version = "2.66") {
        return cloud.ask("GET", servers + "/detail" + query, {}, user, version).body.at("servers").as_array();
    };
    ASSERT_EQ(listed("?changes-since=2020-01-01T00:00:00Z").size(), 1U);
    const json::value shown = listed("?changes-since=2020-01-01T00:00:00Z").front();
    EXPECT_EQ(to_text(shown.at("status")), "DELETED");
    EXPECT_FALSE(shown.at("OS-SRV-USG:terminated_at").is_null());
    EXPECT_EQ(listed("?changes-before=2020-01-01T00:00:00Z").size(), 0U);
    EXPECT_EQ(listed("").size(), 0U);
    EXPECT_EQ(listed("?deleted=true").size(), 0U) << "that is for administrators";
    EXPECT_EQ(listed("?deleted=true&all_tenants=1", "admin").size(), 1U);
    EXPECT_EQ(cloud.ask("POST", servers + "/" + server + "/action", {{"os-start", nullptr}}).status, 404);
}

TEST_F(Api, PrivateFlavorsAreForTheirProjects) {
    const std::string flavors = "/compute/v2.1/flavors";
    const json::object wanted{{"name", "ours"}, {"id", "ours"}, {"vcpus", 1},
                              {"ram", 64},      {"disk", 1},    {"os-flavor-access:is_public", false}};
    ASSERT_EQ(cloud.ask("POST", flavors, {{"flavor", wanted}}, "admin").status, 200);
    const auto action = [&](const char* name, const std::string& user = "admin",
                            const std::string& flavor = "ours", const std::string& version = {}) {
        return cloud.ask("POST", flavors + "/" + flavor + "/action",
                         {{name, {{"tenant", cloud.demo_project()}}}}, user, version);
    };
    EXPECT_EQ(cloud.ask("GET", flavors + "/ours").status, 404);
    EXPECT_EQ(create_server({{"flavorRef", "ours"}}).status, 400);
    EXPECT_EQ(cloud.ask("GET", flavors + "/ours/os-flavor-access").status, 403);
    EXPECT_EQ(action("removeTenantAccess").status, 404);
    EXPECT_EQ(action("addTenantAccess", "demo").status, 403);
    EXPECT_EQ(action("addTenantAccess", "admin", cloud.flavor(), "2.7").status, 409) << "everybody has it";

    EXPECT_EQ(action("addTenantAccess").at("/flavor_access/0/tenant_id"), cloud.demo_project());
    EXPECT_EQ(action("addTenantAccess").status, 409);
    EXPECT_EQ(cloud.ask("GET", flavors + "/ours").status, 200);
    EXPECT_EQ(cloud.ask("GET", flavors).body.at("flavors").as_array().size(), 6U);
    EXPECT_EQ(create_server({{"flavorRef", "ours"}}).status, 202);
    EXPECT_EQ(action("removeTenantAccess").status, 200);
    EXPECT_EQ(cloud.ask("GET", flavors + "/ours").status, 404);
    EXPECT_EQ(action("dance").status, 400);

    const auto listed = [&](const char* query) {
        const ApiAnswer answer = cloud.ask("GET", flavors + query, {}, "admin");
        return answer.status == 200 ? answer.body.at("flavors").as_array().size() : 0;
    };
    EXPECT_EQ(listed("?is_public=yes"), 5U);
    EXPECT_EQ(listed("?is_public=0"), 1U);
    EXPECT_EQ(listed("?is_public=NONE"), 6U);
    const ApiAnswer bogus = cloud.ask("GET", flavors + "?is_public=bogus", {}, "admin");
    EXPECT_EQ(bogus.status, 400);
    EXPECT_EQ(bogus.at("/badRequest/message"), "Invalid is_public filter [bogus]");
    const std::string admin =
        cloud.ask("GET", "/identity/v3/projects?name=admin", {}, "admin").at("/projects/0/id");
    ASSERT_EQ(cloud.ask("POST", flavors + "/ours/action", {{"addTenantAccess", {{"tenant", admin}}}}, "admin")
                  .status,
              200);
    EXPECT_EQ(listed(""), 6U);
    EXPECT_EQ(listed("?is_public=True"), 6U) << "as without: his own are among them";
}

TEST_F(Api, ExtraSpecsAreShortTexts) {
    const std::string specs = "/compute/v2.1/flavors/" + cloud.flavor() + "/os-extra_specs";
    for (const json::value& bad : {json::value(5), json::value(nullptr), json::value(json::object{}),
                                   json::value(std::string(256, 'x'))}) {
        EXPECT_EQ(cloud.ask("PUT", specs + "/hw:a", {{"hw:a", bad}}, "admin").status, 400);
        EXPECT_EQ(cloud.ask("POST", specs, {{"extra_specs", {{"hw:a", bad}}}}, "admin").status, 400);
    }
    EXPECT_EQ(cloud.ask("POST", specs, {{"extra_specs", {{"a/b", "x"}}}}, "admin").status, 400);
    EXPECT_EQ(cloud.ask("POST", specs, json::object{}, "admin").status, 400);
    EXPECT_EQ(cloud.ask("PUT", specs + "/hw:a", {{"hw:a", "x"}}, "admin").status, 200);
    EXPECT_EQ(cloud.ask("GET", specs, {}, "admin").at("/extra_specs/hw:a"), "x");
}

TEST_F(Api, AnAdministratorSetsTheStateOfAServer) {
    const std::string server = cloud.server("one");
    const auto set = [&](const json::value& state, const std::string& user = "admin") {
        return cloud.ask("POST", servers + "/" + server + "/action", {{"os-resetState", {{"state", state}}}},
                         user);
    };
    EXPECT_EQ(set("error", "demo").status, 403);
    EXPECT_EQ(set("asleep").status, 400);
    const json::object more{{"state", "error"}, {"force", true}};
    EXPECT_EQ(
        cloud.ask("POST", servers + "/" + server + "/action", {{"os-resetState", more}}, "admin").status,
        400);
    EXPECT_EQ(set("error").status, 202);
    EXPECT_EQ(cloud.ask("GET", servers + "/" + server).at("/server/status"), "ERROR");
    EXPECT_EQ(act(server, {{"os-start", nullptr}}).status, 409);
    EXPECT_EQ(set("active").status, 202);
    EXPECT_EQ(cloud.ask("GET", servers + "/" + server).at("/server/status"), "ACTIVE");
    EXPECT_EQ(act(server, {{"os-stop", nullptr}}).status, 202);
    EXPECT_TRUE(cloud.becomes(server, "SHUTOFF"));
}

TEST_F(Api, PoliciesOfQualityAreUnknown) {
    const auto set = [&](const json::value& policy) {
        return cloud.ask("PUT", "/network/v2.0/networks/" + cloud.network(),
                         {{"network", {{"qos_policy_id", policy}}}});
    };
    EXPECT_EQ(set("gold").status, 400);
    EXPECT_EQ(set(5).status, 400);
    EXPECT_EQ(set(state::uuid().c_str()).at("/NeutronError/type"), "QosPolicyNotFound");
    EXPECT_EQ(set(nullptr).status, 200);
}

TEST_F(Api, ExtraRoutesLeaveTheOthersAlone) {
    const std::string routers = "/network/v2.0/routers";
    const std::string router = routers + "/" + cloud.ask("GET", routers).at("/routers/0/id");
    const auto change = [&](const char* how, const char* destination, const char* next) {
        const json::object route{{"destination", destination}, {"nexthop", next}};
        return cloud.ask("PUT", router + how, {{"router", {{"routes", json::array{route}}}}});
    };
    EXPECT_EQ(change("/add_extraroutes", "10.97.0.0/16", "10.66.0.21").status, 400) << "nothing leads there";
    EXPECT_EQ(change("/add_extraroutes", "10.97.0.0/16", "10.0.0.21").status, 200);
    EXPECT_EQ(change("/add_extraroutes", "10.98.0.0/16", "10.0.0.22").status, 200);
    const ApiAnswer rest = change("/remove_extraroutes", "10.97.0.0/16", "10.0.0.21");
    EXPECT_EQ(rest.at("/router/routes/0/destination"), "10.98.0.0/16");
    EXPECT_EQ(rest.body.at_pointer("/router/routes").as_array().size(), 1U);

    for (const char* how : {"/add_extraroutes", "/remove_extraroutes"}) {
        for (const char* body : {"null", "[]", "{}", R"({"router":null})", R"({"router":{"routes":null}})",
                                 R"({"router":{"routes":5}})", R"({"router":{"routes":["x"]}})"})
            EXPECT_EQ(cloud.ask("PUT", router + how, parse_json(body)).status, 400) << how << body;
    }
    json::array many;
    for (int i = 0; i < 29; ++i)
        many.push_back(
            {{"destination", "10.97." + std::to_string(i) + ".0/24"}, {"nexthop", "10.0.0.21"}, {"x", 1}});
    many.push_back(many.front());
    const auto with = [&](const std::string& how) {
        return cloud.ask("PUT", router + how, {{"router", {{"routes", many}}}});
    };
    const ApiAnswer full = with("/add_extraroutes");
    ASSERT_EQ(full.status, 200);
    EXPECT_EQ(full.body.at_pointer("/router/routes").as_array().size(), 30U) << "the same one once";
    EXPECT_EQ(full.body.at_pointer("/router/routes/0").as_object().size(), 2U);
    many.push_back({{"destination", "10.98.1.0/24"}, {"nexthop", "10.0.0.21"}});
    const ApiAnswer over = with("/add_extraroutes");
    EXPECT_EQ(over.status, 400);
    EXPECT_THAT(over.at("/NeutronError/message"), HasSubstr("The number of routes exceeds the maximum 30."));
    EXPECT_EQ(with("").status, 400) << "31 of them, one twice";
    many.pop_back();
    EXPECT_EQ(with("/remove_extraroutes").body.at_pointer("/router/routes").as_array().size(), 1U);
}

}  // namespace
