#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/compute.hpp"
#include "openstack/error.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

constexpr const char* all = "GET /flavors/detail";

struct Flavors : ::testing::Test {
    FakeService cloud{"compute"};
    ComputeService compute{cloud.adapter()};
};

}  // namespace

TEST_F(Flavors, AreListedPageByPage) {
    cloud.on("GET /flavors/detail?sort_key=name&sort_dir=asc&limit=1", recording("compute", 18));
    cloud.on(
        "GET /flavors/detail?limit=1&sort_dir=asc&sort_key=name&marker=7f2baaa5-827e-4baa-bef6-501ba5c47ff6",
        recording("compute", 19));
    const auto flavors = compute.flavors({.sort_key = "name", .sort_dir = "asc", .limit = 1}).to_vector(2);
    ASSERT_EQ(flavors.size(), 2U);
    EXPECT_EQ(flavors[0].name, "m1.large");
    EXPECT_EQ(flavors[0].ram, 4096);
    EXPECT_EQ(flavors[0].swap, 0) << "Nova sends \"\" for none";
    EXPECT_EQ(flavors[1].name, "m1.medium");
    EXPECT_EQ(cloud.lines().size(), 2U) << "no page that is not needed";
}

TEST_F(Flavors, AreFoundByNameWithoutAFilterOfTheService) {
    cloud.on(all, recording("compute", 17));
    EXPECT_EQ(compute.find_flavor("m1.tiny").ram, 512);
    EXPECT_EQ(compute.find_flavor("b2b755eb-aa98-4ac7-ad8d-314afb173c87").name, "m1.tiny");
    EXPECT_FALSE(compute.find_flavor_or_null("m1.smal"));
}

TEST_F(Flavors, ThatAreMissingAreNamedWithThoseThereAre) {
    cloud.on(all, recording("compute", 17));
    try {
        static_cast<void>(compute.find_flavor("m1.smal"));
        FAIL();
    } catch (const NotFound& error) {
        EXPECT_STREQ(
            error.what(),
            "There is no flavor named m1.smal; there are: m1.large, m1.medium, m1.nano, m1.small, m1.tiny");
    }
}

TEST_F(Flavors, OfTheSameNameAreToldApartById) {
    cloud.on(all, R"({"flavors":[{"id":"a","name":"x"},{"id":"b","name":"x"}]})");
    try {
        static_cast<void>(compute.find_flavor("x"));
        FAIL();
    } catch (const DuplicateResource& error) {
        EXPECT_THAT(error.what(), HasSubstr("a, b"));
    }
    EXPECT_EQ(compute.find_flavor("a").id, "a");
}

TEST_F(Flavors, AreComparedByTheSdkWhereNovaCannot) {
    cloud.on("GET /flavors/detail?minRam=512", recording("compute", 17));
    const auto flavors = compute.flavors({.name = "m1.small", .min_ram = 512}).to_vector();
    ASSERT_EQ(flavors.size(), 1U);
    EXPECT_EQ(flavors[0].name, "m1.small");
}

TEST_F(Flavors, AreCreatedWithWhatWasSet) {
    const auto recorded = recording("compute", 21);
    cloud.on("POST /flavors", recorded);
    const auto flavor = compute.create_flavor({.name = "rec-big",
                                               .vcpus = 64,
                                               .ram = 1048576,
                                               .disk = 5000,
                                               .ephemeral = 1,
                                               .swap = 64,
                                               .rxtx_factor = 1.0,
                                               .is_public = true,
                                               .description = "Too large"});
    EXPECT_PRED2(sdktest::same_json, cloud.last().body, recorded.request_body);
    EXPECT_EQ(flavor.description, "Too large");
    EXPECT_EQ(cloud.last().headers.get("OpenStack-API-Version"), "compute 2.93");
}

TEST_F(Flavors, RefuseAFieldThatIsNewerThanTheCloud) {
    FakeService old("compute", "2.38");
    try {
        ComputeService(old.adapter()).create_flavor({.name = "x", .description = "new"});
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("2.55"));
        EXPECT_THAT(error.what(), HasSubstr("2.38"));
    }
    EXPECT_TRUE(old.lines().empty());
}

TEST_F(Flavors, ThatAreGoneAreDeletedTwice) {
    cloud.on("DELETE /flavors/x", "", 202);
    EXPECT_TRUE(compute.delete_flavor("x"));
    EXPECT_FALSE(compute.delete_flavor("y"));
    EXPECT_THROW(compute.delete_flavor(""), Error) << "must not become DELETE /flavors/";
    EXPECT_THAT(cloud.lines(), ElementsAre("DELETE /flavors/x", "DELETE /flavors/y"));
}
