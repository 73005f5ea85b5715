// Signing in, the catalog, and what goes wrong before any service is asked.
#include <algorithm>
#include <openstack/identity.hpp>

#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using Identity = Story;

TEST_F(Identity, TheTokenIsOfAProjectThatTheUserCanWorkIn) {
    const auto project = cloud().adapter("compute").project_id(call());
    ASSERT_FALSE(project.empty()) << "the token has no project: set project_name in clouds.yaml";
    const auto projects = cloud().identity().user_projects(call()).to_vector();
    EXPECT_NE(std::ranges::find(projects, project, &openstack::identity::Project::id), projects.end());
    EXPECT_EQ(cloud().identity().get_project(project, call()).id, project);
}

TEST_F(Identity, TheCatalogHasWhatTheProgramsNeed) {
    for (const std::string service : {"identity", "compute", "image", "network"})
        EXPECT_FALSE(cloud().adapter(service).endpoint(call()).empty()) << service;
    std::string types;
    for (const auto& entry : cloud().identity().catalog(call()))
        types += " " + entry.type;
    Suite::say("    the catalog has" + types);
}

TEST_F(Identity, AServiceThatTheCloudHasNotIsNotFoundAndTheErrorNamesThoseItHas) {
    const auto said = refused<openstack::EndpointNotFound>(
        [] { (void)cloud().adapter("no-such-service").endpoint(call()); });
    EXPECT_THAT(said, ::testing::HasSubstr("compute"));
}

TEST_F(Identity, ACloudThatNobodyDescribedIsAnErrorOfTheConfiguration) {
    const auto said =
        refused<openstack::ConfigError>([] { (void)openstack::connect({.cloud = name("nowhere")}); });
    EXPECT_THAT(said, ::testing::HasSubstr(name("nowhere")));
}

/// Of a user that does not exist: clouds lock the accounts of those who try wrong passwords.
TEST_F(Identity, AUserWhoDoesNotExistIsNotLetIn) {
    const auto& config = cloud().config();
    if (!config.get("auth.username") || !config.get("auth.password"))
        GTEST_SKIP() << "this user signs in without a name and a password";
    const openstack::Connection stranger = openstack::connect(
        {.cloud = suite().settings().cloud,
         .settings = {{"auth.username", name("nobody")}, {"auth.password", "wrong-" + name("x")}}});
    const auto said =
        refused<openstack::Unauthorized>([&] { (void)stranger.compute().servers({}, call()).to_vector(1); });
    EXPECT_THAT(said, ::testing::Not(::testing::HasSubstr("wrong-"))) << "a password is in an error's text";
}

TEST_F(Identity, WhatAdministratorsMayIsForbiddenToMembers) {
    const auto roles = cloud().session()->access(call());
    try {
        (void)cloud().identity().projects({}, call()).to_vector(1);
    } catch (const openstack::Forbidden& error) {
        EXPECT_EQ(error.status(), 403);
        EXPECT_FALSE(error.details().request_id.empty());
        return;
    }
    GTEST_SKIP() << "this user may list all projects: it is an administrator's";
}

TEST_F(Identity, ADeadlineThatPassesIsATimeout) {
    (void)refused<openstack::Timeout>([] {
        (void)cloud()
            .compute()
            .flavors({}, openstack::CallOptions::within(std::chrono::milliseconds(0)))
            .to_vector();
    });
}

TEST_F(Identity, ACallThatIsStoppedEndsAsCancelled) {
    std::stop_source source;
    source.request_stop();
    (void)refused<openstack::Cancelled>(
        [&] { (void)cloud().compute().flavors({}, {.stop = source.get_token()}).to_vector(); });
}

}  // namespace
}  // namespace acceptance::cloud
