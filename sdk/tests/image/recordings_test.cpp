// Every key of every image that a real Glance sent is decoded.
#include <gtest/gtest.h>

#include "sdk/src/image/tables.hpp"
#include "sdk/tests/resource/recorded_types.hpp"

using namespace openstack;

TEST(ImageRecordings, ImagesInListsLeaveNothingOver) {
    EXPECT_GT(sdktest::decode_all<image::Image>("image", "", "images"), 15U);
}

// Keys that are no property of Glance's own are properties; those that Glance defines must have members.
TEST(ImageRecordings, PropertiesAreNoneThatGlanceDefines) {
    const std::string schema = sdktest::json_member(sdktest::recording("image", 6).body, "properties");
    std::size_t images = 0;
    for (const auto& recording : sdktest::recordings("image")) {
        if (recording.status / 100 != 2 || sdktest::json_member(recording.body, "disk_format").empty()) {
            continue;
        }
        const auto image = resource::decode<image::Image>(recording.body);
        EXPECT_FALSE(image.id.empty());
        for (const auto& [key, value] : image.properties) {
            EXPECT_TRUE(sdktest::json_member(schema, key).empty() || key.starts_with("os_") ||
                        key == "hw_rng_model")
                << recording.file << ": " << key;
        }
        ++images;
    }
    EXPECT_GT(images, 8U);
}
