// Nova without a server: flavors, keypairs, limits, and requests for servers that it refuses.
#include <algorithm>
#include <openstack/compute.hpp>

#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using Compute = Story;
using ::testing::HasSubstr;

TEST_F(Compute, FlavorsAreListedAndFoundByNameAndByID) {
    const auto nova = cloud().compute();
    const auto& flavor = suite().flavor();
    EXPECT_EQ(nova.get_flavor(flavor.id, call()).name, flavor.name);
    EXPECT_EQ(nova.find_flavor(flavor.name, call()).id, flavor.id);
    const auto all = nova.flavors({}, call()).to_vector();
    EXPECT_NE(std::ranges::find(all, flavor.id, &openstack::compute::Flavor::id), all.end());
    const auto said =
        refused<openstack::NotFound>([&] { (void)nova.find_flavor(name("no-flavor"), call()); });
    EXPECT_THAT(said, HasSubstr(flavor.name)) << "the error names the flavors that there are";
}

TEST_F(Compute, AKeypairIsImportedFoundAndDeleted) {
    const auto nova = cloud().compute();
    const auto key = new_public_key(name("comment"));
    const auto made = nova.create_keypair({.name = name("key"), .public_key = key}, call());
    EXPECT_TRUE(made.private_key.empty());
    const auto found = nova.find_keypair_or_null(name("key"), call());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->fingerprint, made.fingerprint);
    EXPECT_THAT(found->public_key, HasSubstr(name("comment")))
        << "deployments know their keypairs by the comment";
    const auto all = nova.keypairs({}, call()).to_vector();
    EXPECT_NE(std::ranges::find(all, name("key"), &openstack::compute::Keypair::name), all.end());

    const auto said = refused<openstack::Conflict>(
        [&] { nova.create_keypair({.name = name("key"), .public_key = key}, call()); });
    EXPECT_THAT(said, HasSubstr(name("key")));

    EXPECT_TRUE(nova.delete_keypair(name("key"), call()));
    EXPECT_FALSE(nova.delete_keypair(name("key"), call()));
    (void)refused<openstack::NotFound>([&] { (void)nova.get_keypair(name("key"), call()); });
}

TEST_F(Compute, AKeyThatIsNoneIsABadRequest) {
    const auto said = refused<openstack::BadRequest>([] {
        cloud().compute().create_keypair({.name = name("no-key"), .public_key = "this is no key"}, call());
    });
    EXPECT_THAT(said, HasSubstr("400"));
}

TEST_F(Compute, LimitsAndQuotasSayHowMuchThereMayBe) {
    const auto limits = cloud().compute().get_limits(call()).absolute;
    for (const auto& [what, limit, used] :
         {std::tuple("instances", limits.instances, limits.instances_used),
          std::tuple("cores", limits.total_cores, limits.total_cores_used),
          std::tuple("MiB of memory", limits.total_ram, limits.total_ram_used)}) {
        ASSERT_TRUE(limit && used) << what;
        EXPECT_GE(*limit, -1) << what;
        EXPECT_GE(*used, 0) << what;
        Suite::say("    " + std::string(what) + ": " + std::to_string(*used) + " of " +
                   (*limit < 0 ? "any number" : std::to_string(*limit)));
    }
    const auto quota = cloud().compute().get_quota_set({}, true, call());
    ASSERT_TRUE(quota.instances && quota.cores && quota.ram && quota.key_pairs);
    EXPECT_EQ(quota.instances->limit, *limits.instances);
    EXPECT_TRUE(quota.instances->in_use);
}

TEST_F(Compute, AServerOfAnImageOrAFlavorThatDoesNotExistIsABadRequest) {
    const auto nova = cloud().compute();
    const std::string nothing = "00000000-0000-4000-8000-000000000000";
    const auto& network = suite().network();
    const auto no_image = refused<openstack::BadRequest>([&] {
        nova.create_server({.name = name("never"),
                            .image_id = nothing,
                            .flavor_id = suite().flavor().id,
                            .networks = {{.network_id = network.id}}},
                           call());
    });
    EXPECT_THAT(no_image, HasSubstr("image"));
    (void)refused<openstack::BadRequest>([&] {
        nova.create_server({.name = name("never"),
                            .image_id = suite().image().id,
                            .flavor_id = nothing,
                            .networks = {{.network_id = network.id}}},
                           call());
    });
    (void)refused<openstack::BadRequest>([&] {
        nova.create_server({.name = name("never"),
                            .image_id = suite().image().id,
                            .flavor_id = suite().flavor().id,
                            .networks = {{.network_id = nothing}}},
                           call());
    });
    EXPECT_EQ(nova.find_server_or_null(name("never"), call()), std::nullopt);
}

/// One more than there may be, all in one request: Nova makes none of them.
TEST_F(Compute, MoreServersThanTheQuotaAllowsAreRefusedAndNoneIsMade) {
    const auto limits = cloud().compute().get_limits(call()).absolute;
    constexpr std::int64_t most = 1000;
    if (limits.instances.value_or(-1) < 0 || *limits.instances - limits.instances_used.value_or(0) > most)
        GTEST_SKIP() << "this project's quota of instances has no limit that could be met";
    const auto one_too_many = static_cast<int>(*limits.instances - limits.instances_used.value_or(0) + 1);
    const auto said = refused<openstack::QuotaExceeded>([&] {
        cloud().compute().create_server({.name = name("too-many"),
                                         .image_id = suite().image().id,
                                         .flavor_id = suite().flavor().id,
                                         .networks = {{.network_id = suite().network().id}},
                                         .min_count = one_too_many,
                                         .max_count = one_too_many},
                                        call());
    });
    EXPECT_THAT(said, ::testing::ContainsRegex("[Qq]uota"));
    EXPECT_TRUE(cloud().compute().servers({.name = name("too-many")}, call()).to_vector().empty());
}

TEST_F(Compute, AServerThatDoesNotExistIsNotFound) {
    const auto nova = cloud().compute();
    const std::string nothing = "00000000-0000-4000-8000-000000000000";
    (void)refused<openstack::NotFound>([&] { (void)nova.get_server(nothing, call()); });
    (void)refused<openstack::NotFound>([&] { (void)nova.find_server(name("nobody"), call()); });
    (void)refused<openstack::NotFound>([&] { nova.stop_server(nothing, call()); });
    EXPECT_FALSE(nova.delete_server(nothing, call()));
}

}  // namespace
}  // namespace acceptance::cloud
