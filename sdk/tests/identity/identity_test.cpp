#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/identity.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using sdktest::same_json;

namespace {

struct Identity : ::testing::Test {
    FakeService cloud{"identity"};
    IdentityService identity{cloud.adapter()};
};

}  // namespace

TEST_F(Identity, ProjectsAreCreatedAndUpdated) {
    cloud.on("POST /projects", recording("identity", 73));
    const auto project = identity.create_project({.name = "rec-p1",
                                                  .domain_id = "3aa2d9cb83984d4fb57fd256e5f26c23",
                                                  .description = "One",
                                                  .tags = {"blue", "green"}});
    EXPECT_PRED2(same_json, cloud.last().body, recording("identity", 73).request_body);
    EXPECT_EQ(project.options.text, "{}");
    cloud.on("PATCH /projects/" + project.id, recording("identity", 86));
    EXPECT_EQ(identity.update_project(project, {.description = "Changed", .is_enabled = true}).description,
              "Changed");
    EXPECT_PRED2(same_json, cloud.last().body, recording("identity", 86).request_body);
}

TEST_F(Identity, ProjectsAreFound) {
    const std::string id = "619c4df1950944728fdc0acfe8866eb8";
    cloud.on("GET /projects/" + id, recording("identity", 82));
    EXPECT_EQ(identity.find_project(id).name, "rec-p1");
    cloud.on("GET /projects?name=rec-p1", recording("identity", 78));
    EXPECT_EQ(identity.find_project("rec-p1").id, id);
    EXPECT_FALSE(identity.delete_project("gone"));
}

TEST_F(Identity, OwnProjectsAreListed) {
    cloud.on("GET /auth/projects", recording("identity", 27));
    EXPECT_EQ(identity.user_projects().first()->name, "rec-demo");
}

TEST_F(Identity, TheCatalogIsRead) {
    cloud.on("GET /auth/catalog", recording("identity", 26));
    const auto catalog = identity.catalog();
    ASSERT_FALSE(catalog.empty());
    EXPECT_EQ(catalog[0].type, "dns");
    EXPECT_EQ(catalog[0].endpoints.at(0).url, "http://127.0.0.1:9001");
}
