// The guests' image, as deployments look for it.
#include <algorithm>
#include <openstack/image.hpp>

#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using Image = Story;

TEST_F(Image, TheGuestsImageIsFoundByNameAndByID) {
    const auto& image = suite().image();
    EXPECT_EQ(image.status, openstack::image::ImageStatus::active) << "nothing can boot from it";
    EXPECT_EQ(cloud().image().find_image(image.id, call()).name, image.name);
    EXPECT_EQ(cloud().image().get_image(image.id, call()).id, image.id);
    const auto all = cloud().image().images({.status = "active"}, call()).to_vector();
    EXPECT_NE(std::ranges::find(all, image.id, &openstack::image::Image::id), all.end());
}

TEST_F(Image, TheFlavorIsLargeEnoughForIt) {
    const auto& image = suite().image();
    EXPECT_GE(suite().flavor().ram, image.min_ram);
    if (suite().flavor().disk > 0) {
        EXPECT_GE(suite().flavor().disk, image.min_disk);
    }
}

TEST_F(Image, OneThatDoesNotExistIsNotFoundAndTheErrorNamesThoseThatDo) {
    const auto said =
        refused<openstack::NotFound>([] { (void)cloud().image().find_image(name("no-image"), call()); });
    EXPECT_THAT(said, ::testing::HasSubstr(name("no-image")));
    EXPECT_EQ(cloud().image().find_image_or_null(name("no-image"), call()), std::nullopt);
    (void)refused<openstack::NotFound>(
        [] { (void)cloud().image().get_image("00000000-0000-4000-8000-000000000000", call()); });
}

}  // namespace
}  // namespace acceptance::cloud
