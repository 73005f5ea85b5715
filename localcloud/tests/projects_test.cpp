// Projects, the people in them, and the images that they share.
#include <gmock/gmock.h>

#include "localcloud/tests/api.hpp"

using namespace localcloud;
using localcloud::testing::ApiAnswer;
using localcloud::testing::ApiCloud;

namespace {

class Projects : public ::testing::Test {
  protected:
    /// The answer to a request for a token; its headers have the token.
    ApiAnswer sign_in(const json::object& identity, const json::value& scope = {}) {
        json::object auth{{"identity", identity}};
        if (!scope.is_null()) auth.emplace("scope", scope);
        return cloud.ask("POST", "/identity/v3/auth/tokens", {{"auth", auth}});
    }
    ApiAnswer exchange(const std::string& token, const json::value& scope) {
        return sign_in({{"methods", {"token"}}, {"token", {{"id", token}}}}, scope);
    }
    ApiAnswer by_credential(const ApiAnswer& credential) {
        return sign_in({{"methods", {"application_credential"}},
                        {"application_credential",
                         {{"id", credential.at("/application_credential/id")},
                          {"secret", credential.at("/application_credential/secret")}}}});
    }
    ApiAnswer create_credential(const std::string& user, const json::object& fields,
                                const std::string& as = "demo") {
        return cloud.ask("POST", "/identity/v3/users/" + user + "/application_credentials",
                         {{"application_credential", fields}}, as);
    }
    std::string user_id(const std::string& name) {
        return cloud.ask("GET", "/identity/v3/users?name=" + name, {}, "admin").at("/users/0/id");
    }
    std::string role_id(const std::string& name) {
        return cloud.ask("GET", "/identity/v3/roles?name=" + name, {}, "admin").at("/roles/0/id");
    }

    ApiCloud cloud;
};

TEST_F(Projects, ImagesAreSharedWithProjectsThatAccept) {
    const std::string images = "/image/v2/images";
    const std::string image = cloud.ask("POST", images, {{"name", "theirs"}}, "admin").at("/id");
    const std::string members = images + "/" + image + "/members";
    const std::string own = members + "/" + cloud.demo_project();
    const auto listed = [&](const std::string& query = "?name=theirs") {
        return cloud.ask("GET", images + query).body.at("images").as_array().size();
    };
    EXPECT_EQ(cloud.ask("GET", images + "/" + image).status, 404);
    EXPECT_EQ(cloud.ask("POST", members, {{"member", cloud.demo_project()}}).status, 404);
    EXPECT_EQ(cloud.ask("POST", members, {{"member", cloud.demo_project()}}, "admin").status, 200);

    EXPECT_EQ(cloud.ask("GET", images + "/" + image).status, 200);
    EXPECT_EQ(listed(), 0U) << "before it is accepted";
    EXPECT_EQ(listed("?name=theirs&member_status=all"), 1U);
    EXPECT_EQ(cloud.ask("PUT", own, {{"status", "perhaps"}}).status, 400);
    EXPECT_EQ(cloud.ask("PUT", own, {{"status", "accepted"}}).at("/status"), "accepted");
    EXPECT_EQ(listed(), 1U);
    EXPECT_EQ(cloud.ask("GET", members).body.at("members").as_array().size(), 1U);
    EXPECT_EQ(cloud.ask("POST", members, {{"member", "others"}}).status, 403);
    EXPECT_EQ(cloud.ask("DELETE", own).status, 403) << "it is not the member's image";

    EXPECT_EQ(cloud.ask("DELETE", own, {}, "admin").status, 204);
    EXPECT_EQ(cloud.ask("GET", images + "/" + image).status, 404);

    // Whether it was accepted matters for images that are shared, and to no administrator.
    EXPECT_EQ(cloud.ask("POST", members, {{"member", cloud.demo_project()}}, "admin").status, 200);
    const json::array publish{{{"op", "replace"}, {"path", "/visibility"}, {"value", "public"}}};
    EXPECT_EQ(cloud.ask("PATCH", images + "/" + image, publish, "admin").status, 200);
    EXPECT_EQ(listed(), 1U) << "everybody's, and pending";
    const std::string ours = cloud.ask("POST", images, {{"name", "ours"}}).at("/id");
    const std::string admin =
        cloud.ask("GET", "/identity/v3/projects?name=admin", {}, "admin").at("/projects/0/id");
    EXPECT_EQ(cloud.ask("POST", images + "/" + ours + "/members", {{"member", admin}}).status, 200);
    const ApiAnswer all = cloud.ask("GET", images + "?name=ours", {}, "admin");
    EXPECT_EQ(all.body.at("images").as_array().size(), 1U);
}

TEST_F(Projects, MembersBelongToSharedImagesAndAreLimited) {
    const std::string images = "/image/v2/images";
    const std::string image = cloud.ask("POST", images, {{"name", "ours"}}).at("/id");
    const std::string members = images + "/" + image + "/members";
    EXPECT_EQ(cloud.ask("POST", members, {{"member", ""}}).status, 400);
    EXPECT_EQ(cloud.ask("POST", members, {{"member", std::string(256, 'x')}}).status, 400);
    for (int i = 0; i < 128; ++i)
        ASSERT_EQ(cloud.ask("POST", members, {{"member", "m" + std::to_string(i)}}).status, 200);
    EXPECT_EQ(cloud.ask("POST", members, {{"member", "m128"}}).status, 413);

    const json::array hide{{{"op", "replace"}, {"path", "/visibility"}, {"value", "private"}}};
    ASSERT_EQ(cloud.ask("PATCH", images + "/" + image, hide).status, 200);
    const std::string one = members + "/m1";
    EXPECT_EQ(cloud.ask("POST", members, {{"member", "other"}}).status, 403);
    EXPECT_EQ(cloud.ask("GET", members).status, 403);
    EXPECT_EQ(cloud.ask("GET", one).status, 404) << "as Glance has it";
    EXPECT_EQ(cloud.ask("PUT", one, {{"status", "accepted"}}, "admin").status, 403);
    EXPECT_EQ(cloud.ask("DELETE", one).status, 403);
}

TEST_F(Projects, ProjectsTellTheirRelatives) {
    const std::string projects = "/identity/v3/projects";
    const auto create = [&](const char* name, const std::string& parent) {
        return cloud.ask("POST", projects, {{"project", {{"name", name}, {"parent_id", parent}}}}, "admin")
            .at("/project/id");
    };
    const std::string child = create("child", cloud.demo_project());
    const std::string grandchild = create("grandchild", child);
    const auto relatives = [&](const std::string& project, const char* query) {
        return cloud.ask("GET", projects + "/" + project + query, {}, "admin").body.at("project");
    };
    EXPECT_EQ(relatives(cloud.demo_project(), "?subtree_as_ids").at("subtree"),
              (json::value{{child, {{grandchild, nullptr}}}}));
    EXPECT_EQ(relatives(grandchild, "?parents_as_ids").at("parents"),
              (json::value{{child, {{cloud.demo_project(), {{"default", nullptr}}}}}}));
    const json::value parents = relatives(grandchild, "?parents_as_list").at("parents");
    ASSERT_EQ(parents.as_array().size(), 1U) << "only those where the administrator has a role";
    EXPECT_EQ(to_text(parents.at_pointer("/0/project/name")), "demo");
    EXPECT_FALSE(relatives(child, "").as_object().contains("subtree"));
    EXPECT_EQ(cloud.ask("DELETE", projects + "/" + child, {}, "admin").status, 403);
    EXPECT_EQ(cloud.ask("DELETE", projects + "/" + grandchild, {}, "admin").status, 204);
    EXPECT_EQ(cloud.ask("DELETE", projects + "/" + child, {}, "admin").status, 204);
    EXPECT_EQ(cloud
                  .ask("GET", projects + "/" + cloud.demo_project() + "?parents_as_ids&parents_as_list", {},
                       "admin")
                  .status,
              400);
}

TEST_F(Projects, ProjectsHaveParentsThatExistAndFourOfThemAtMost) {
    int number = 0;
    const auto create = [&](const json::value& parent) {
        const std::string name = "p" + std::to_string(++number);
        return cloud.ask("POST", "/identity/v3/projects",
                         {{"project", {{"name", name}, {"parent_id", parent}}}}, "admin");
    };
    EXPECT_EQ(create("missing").status, 404);
    EXPECT_EQ(create(5).status, 400);
    EXPECT_EQ(create(json::object{{"id", "default"}}).status, 400);
    EXPECT_EQ(create("").status, 400);
    EXPECT_EQ(create(nullptr).at("/project/parent_id"), "default");
    std::string parent = "default";
    for (int level = 1; level <= 5; ++level) {
        const ApiAnswer answer = create(parent.c_str());
        ASSERT_EQ(answer.status, 201) << level;
        parent = answer.at("/project/id");
    }
    const ApiAnswer deeper = create(parent.c_str());
    EXPECT_EQ(deeper.status, 403);
    EXPECT_EQ(deeper.at("/error/message"), "Max hierarchy depth reached for " + parent + " branch.");
}

TEST_F(Projects, PathsAndQueriesAreUtf8) {
    const std::string image = cloud.ask("POST", "/image/v2/images", {{"name", "tagged"}}).at("/id");
    EXPECT_EQ(cloud.ask("PUT", "/image/v2/images/" + image + "/tags/%ff").status, 400);
    EXPECT_EQ(cloud.ask("PUT", "/image/v2/images/" + image + "/tags/caf%C3%A9").status, 204);
    EXPECT_EQ(cloud.ask("GET", "/image/v2/images/" + image).at("/tags/0"), "café");
    for (const char* path : {"/compute/v2.1/servers/%ff", "/network/v2.0/networks?name=%ff",
                             "/identity/v3/users/%ff", "/load-balancer/v2/lbaas/pools?%ff", "/dns/v2/%ff"}) {
        const ApiAnswer answer = cloud.ask("GET", path);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_TRUE(answer.body.is_object()) << path;
    }
}

TEST_F(Projects, ATokenWithoutAProjectIsForIdentityOnly) {
    const json::value of_user{
        {"user", {{"name", "demo"}, {"domain", {{"id", "default"}}}, {"password", "demo-password"}}}};
    const json::value identity{{"methods", json::array{"password"}}, {"password", of_user}};
    const ApiAnswer token = cloud.ask("POST", "/identity/v3/auth/tokens",
                                      {{"auth", {{"identity", identity}, {"scope", "unscoped"}}}});
    ASSERT_EQ(token.status, 201);
    cloud.add_token("unscoped", token.headers.get("X-Subject-Token"));
    EXPECT_EQ(cloud.ask("GET", "/identity/v3/auth/projects", {}, "unscoped").status, 200);
    for (const char* path :
         {"/compute/v2.1/servers", "/network/v2.0/ports", "/network/v2.0/no-such-path", "/image/v2/images",
          "/load-balancer/v2/lbaas/loadbalancers", "/dns/v2/zones", "/object-store/v1/AUTH_"}) {
        EXPECT_EQ(cloud.ask("GET", path, {}, "unscoped").status, 403) << path;
    }
    const std::string gateway =
        cloud.ask("GET", "/network/v2.0/ports?device_owner=network:router_gateway", {}, "admin")
            .at("/ports/0/id");
    EXPECT_EQ(cloud.ask("DELETE", "/network/v2.0/ports/" + gateway, {}, "unscoped").status, 403);
    EXPECT_EQ(cloud.ask("POST", "/network/v2.0/networks", {{"network", json::object{}}}, "unscoped").status,
              403);
}

TEST_F(Projects, TokensOfApplicationCredentialsAreNotExchanged) {
    const ApiAnswer reading =
        create_credential(user_id("demo"), {{"name", "reading"}, {"roles", {{{"name", "reader"}}}}});
    ASSERT_EQ(reading.status, 201);
    const ApiAnswer token = by_credential(reading);
    ASSERT_EQ(token.status, 201);
    EXPECT_EQ(token.body.at_pointer("/token/roles").as_array().size(), 1U);
    cloud.add_token("reading", token.headers.get("X-Subject-Token"));
    EXPECT_EQ(create_credential(user_id("demo"), {{"name", "another"}}, "reading").status, 403);
    EXPECT_EQ(cloud
                  .ask("DELETE",
                       "/identity/v3/users/" + user_id("demo") + "/application_credentials/" +
                           reading.at("/application_credential/id"),
                       {}, "reading")
                  .status,
              403)
        << "it is restricted";
    const json::value project{{"project", {{"id", cloud.demo_project()}}}};
    for (const json::value& scope : {project, json::value{}, json::value{"unscoped"}}) {
        const ApiAnswer exchanged = exchange(token.headers.get("X-Subject-Token"), scope);
        EXPECT_EQ(exchanged.status, 403);
        EXPECT_EQ(exchanged.at("/error/message"),
                  "You are not authorized to perform the requested action: Using a delegated token to create "
                  "another token is not allowed..");
    }
    const ApiAnswer unscoped =
        sign_in({{"methods", {"password"}},
                 {"password", {{"user", {{"id", user_id("demo")}, {"password", "demo-password"}}}}}},
                "unscoped");
    EXPECT_EQ(exchange(unscoped.headers.get("X-Subject-Token"), project).status, 201);
}

TEST_F(Projects, AnApplicationCredentialMakesOthersWithItsOwnRolesOnly) {
    const std::string user = user_id("demo");
    const ApiAnswer reading = create_credential(
        user, {{"name", "reading"}, {"roles", {{{"name", "reader"}}}}, {"unrestricted", true}});
    ASSERT_EQ(reading.status, 201);
    cloud.add_token("reading", by_credential(reading).headers.get("X-Subject-Token"));
    const ApiAnswer another = create_credential(user, {{"name", "another"}}, "reading");
    ASSERT_EQ(another.status, 201);
    const json::array& roles = another.body.at_pointer("/application_credential/roles").as_array();
    ASSERT_EQ(roles.size(), 1U);
    EXPECT_EQ(to_text(roles.front().at("name")), "reader");
    EXPECT_EQ(
        create_credential(user, {{"name", "more"}, {"roles", {{{"name", "member"}}}}}, "reading").status,
        400);
}

TEST_F(Projects, ARevokedRoleIsGoneFromTokensAtOnceAndCredentialsGoWithIt) {
    const std::string user = user_id("demo");
    const std::string grants = "/identity/v3/projects/" + cloud.demo_project() + "/users/" + user + "/roles/";
    ASSERT_EQ(cloud.ask("PUT", grants + role_id("admin"), {}, "admin").status, 204);
    EXPECT_EQ(cloud.ask("GET", "/identity/v3/users").status, 200) << "a new role is there at once, too";
    const ApiAnswer credential = create_credential(user, {{"name", "all"}});
    ASSERT_EQ(credential.status, 201);
    const std::string token = by_credential(credential).headers.get("X-Subject-Token");
    cloud.add_token("credential", token);
    EXPECT_EQ(cloud.ask("GET", "/identity/v3/users", {}, "credential").status, 200);

    ASSERT_EQ(cloud.ask("DELETE", grants + role_id("admin"), {}, "admin").status, 204);
    EXPECT_EQ(cloud.ask("GET", "/identity/v3/users").status, 403);
    EXPECT_EQ(cloud.ask("GET", "/compute/v2.1/servers").status, 200) << "the other roles stay";
    EXPECT_EQ(by_credential(credential).status, 404);
    EXPECT_EQ(cloud.ask("GET", "/identity/v3/users", {}, "credential").status, 404);

    for (const char* role : {"member", "reader"})
        ASSERT_EQ(cloud.ask("DELETE", grants + role_id(role), {}, "admin").status, 204);
    EXPECT_EQ(cloud.ask("GET", "/compute/v2.1/servers").status, 401) << "no role, no token";
}

TEST_F(Projects, ListsOfImagesKnowNoFilterThatTheyDoNotApply) {
    for (const char* name : {"b", "a", "c,d"}) {
        ASSERT_EQ(
            cloud
                .ask("POST", "/image/v2/images",
                     {{"name", name}, {"min_ram", *name - 'a'}, {"os_distro", std::string{"in:"} + name}})
                .status,
            201);
    }
    const auto names = [&](const std::string& query) {
        std::string all;
        const ApiAnswer answer =
            cloud.ask("GET", "/image/v2/images?owner=" + cloud.demo_project() + "&" + query);
        if (answer.status != 200) return std::to_string(answer.status);
        for (const json::value& image : answer.body.at("images").as_array())
            all += to_text(image.at("name")) + " ";
        return all;
    };
    EXPECT_EQ(names(""), "c,d a b ") << "the youngest first";
    EXPECT_EQ(names("sort_dir=asc"), "b a c,d ");
    EXPECT_EQ(names("sort=name"), "c,d b a ");
    EXPECT_EQ(names("sort=name:asc"), "a b c,d ");
    EXPECT_EQ(names("sort=status,name:asc"), "a b c,d ");
    EXPECT_EQ(names("sort_key=status&sort_dir=asc"), "b a c,d ") << "the direction is also that of ties";
    EXPECT_EQ(names("sort_key=status&sort_key=name&sort_dir=desc&sort_dir=asc"), "a b c,d ");
    for (const char* bad :
         {"sort=name:foo", "sort=foo", "sort=", "sort=name&sort_key=name", "sort_key=name&sort_dir=up",
          "sort_key=name&sort_dir=asc&sort_dir=desc", "created_at=foo:2026-11-22T10:00:00Z",
          "created_at=gt:yesterday", "name=like:a", "status=gt:active", "size_min=x", "protected=True",
          "os_hidden=maybe", "visibility=mine", "member_status=maybe", "changes-since=2026-11-22T10:00:00Z"})
        EXPECT_EQ(names(bad), "400") << bad;

    EXPECT_EQ(names("created_at=gt:2001-01-01T00:00:00Z&updated_at=gte:2001-01-01T00:00:00Z"), "c,d a b ");
    EXPECT_EQ(names("created_at=lt:2001-01-01T00:00:00Z"), "");
    EXPECT_EQ(names("updated_at=lte:2001-01-01T00:00:00Z"), "");
    EXPECT_EQ(names("created_at=2001-01-01T00:00:00Z"), "");
    EXPECT_EQ(names("created_at=neq:2001-01-01T00:00:00Z"), "c,d a b ");
    EXPECT_EQ(names("name=eq:a"), "a ");
    EXPECT_EQ(names("name=in:a,\"c,d\""), "c,d a ");
    EXPECT_EQ(names("os_distro=in:a"), "a ") << "a property is what it is";
    EXPECT_EQ(names("min_ram_min=1"), "c,d b ");
    EXPECT_EQ(names("min_ram_max=1"), "a b ");
    EXPECT_EQ(names("min_ram=1"), "b ");
    EXPECT_EQ(names("size_max=1"), "") << "they have none yet";
    EXPECT_EQ(names("protected=false&os_hidden=False"), "c,d a b ");
    EXPECT_EQ(names("no_such_property=x"), "");
}

TEST_F(Projects, ListsOfRolesKnowNoFilterThatTheyDoNotApply) {
    const std::string project =
        cloud
            .ask("POST", "/identity/v3/projects",
                 {{"project", {{"name", "below"}, {"parent_id", cloud.demo_project()}}}}, "admin")
            .at("/project/id");
    const std::string user = user_id("demo");
    ASSERT_EQ(
        cloud
            .ask("PUT", "/identity/v3/projects/" + project + "/users/" + user + "/roles/" + role_id("reader"),
                 {}, "admin")
            .status,
        204);
    const auto count = [&](const std::string& list, const std::string& query) {
        const ApiAnswer answer = cloud.ask("GET", "/identity/v3/" + list + "?" + query, {}, "admin");
        return answer.status == 200 ? static_cast<int>(answer.body.at(list).as_array().size())
                                    : -answer.status;
    };
    EXPECT_EQ(count("roles", "domain_id=zz"), 0);
    EXPECT_EQ(count("roles", ""), 3);
    const std::string at = "scope.project.id=" + cloud.demo_project();
    const int all = count("role_assignments", "");
    const int here = count("role_assignments", at);
    EXPECT_GT(all, here);
    EXPECT_EQ(count("role_assignments", at + "&include_subtree"), here + 1);
    EXPECT_EQ(count("role_assignments", "user.id=" + user + "&" + at), 2);
    EXPECT_EQ(count("role_assignments", "user.id=" + user), 3);
    EXPECT_EQ(count("role_assignments", "user.id=&group.id="), all) << "no values, no filters";
    EXPECT_EQ(count("role_assignments", "group.id=zz"), 0);
    EXPECT_EQ(count("role_assignments", "scope.domain.id=zz"), 0);
    EXPECT_EQ(count("role_assignments", "scope.OS-INHERIT:inherited_to=projects"), 0);
    for (const std::string bad :
         {"user.id=a&group.id=b", "scope.system=all&scope.project.id=a", "scope.system=all&scope.domain.id=a",
          "scope.project.id=a&scope.domain.id=b", "include_subtree", "effective&group.id=a"})
        EXPECT_EQ(count("role_assignments", bad), -400) << bad;
}

TEST_F(Projects, UsersChangeTheirPasswords) {
    const std::string user = user_id("demo");
    const auto sign_in = [&](const char* password) {
        const json::value of_user{{"user", {{"id", user}, {"password", password}}}};
        const json::value identity{{"methods", json::array{"password"}}, {"password", of_user}};
        return cloud.ask("POST", "/identity/v3/auth/tokens", {{"auth", {{"identity", identity}}}}, "admin")
            .status;
    };
    const auto change = [&](const char* original) {
        return cloud
            .ask("POST", "/identity/v3/users/" + user + "/password",
                 {{"user", {{"original_password", original}, {"password", "another"}}}})
            .status;
    };
    EXPECT_EQ(change("wrong"), 401);
    EXPECT_EQ(sign_in("demo-password"), 201);
    EXPECT_EQ(change("demo-password"), 204);
    EXPECT_EQ(sign_in("demo-password"), 401);
    EXPECT_EQ(sign_in("another"), 201);
    for (const auto& [enabled, status] :
         {std::pair<json::value, int>{true, 501}, {"yes", 400}, {1, 400}, {false, 200}})
        EXPECT_EQ(cloud
                      .ask("PATCH", "/identity/v3/users/" + user,
                           {{"user", {{"options", {{"multi_factor_auth_enabled", enabled}}}}}}, "admin")
                      .status,
                  status);
}

}  // namespace
