#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/image.hpp"
#include "sdk/src/resource/digest.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using sdktest::same_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

namespace fs = std::filesystem;

struct Folder {
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "openstack-image-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Images : ::testing::Test {
    FakeService cloud{"image"};
    ImageService images{cloud.adapter()};
    const std::string data = std::string(1500, 'x') + "end";

    static std::string sha512(std::string_view text) {
        resource::Digest digest("sha512");
        digest.update(text);
        return digest.finish();
    }
    std::string record(const std::string& hash) const {
        return R"({"id":"i","status":"active","size":)" + std::to_string(data.size()) +
               R"(,"os_hash_algo":"sha512","os_hash_value":")" + hash + R"("})";
    }
};

}  // namespace

TEST_F(Images, AreDecoded) {
    cloud.on("GET /images/i", recording("image", 19));
    const auto image = images.get_image("i");
    EXPECT_EQ(image.status, image::ImageStatus::active);
    EXPECT_EQ(image.size, 2048);
    EXPECT_EQ(image.min_ram, 64);
    EXPECT_EQ(image.hash_algo, "sha512");
    EXPECT_THAT(image.tags, ElementsAre("one", "two"));
    EXPECT_EQ(image.properties.size(), 2U);
    EXPECT_EQ(image.properties.at("os_distro"), "debian");
    EXPECT_EQ(image.properties.at("rec_property"), "text");
}

TEST_F(Images, AreListedOverAllPages) {
    const std::string owner = "owner=2db43fae851342029a0bedb76aae7a76";
    cloud.on("GET /images?" + owner + "&limit=1", recording("image", 35));
    cloud.on("GET /images?limit=1&" + owner + "&marker=e5e9ee0a-ca31-4d29-bbca-92962ad36155",
             R"({"images":[{"id":"2"}],"next":"/v2/images?marker=2"})");
    cloud.on("GET /images?marker=2&" + owner + "&limit=1", recording("image", 38));
    EXPECT_EQ(images.images({.owner_id = "2db43fae851342029a0bedb76aae7a76", .limit = 1}).to_vector().size(),
              2U);
}

TEST_F(Images, AreCreatedWithProperties) {
    cloud.on("POST /images", recording("image", 15));
    images.create_image({.name = "rec-image",
                         .visibility = "private",
                         .min_disk = 1,
                         .min_ram = 64,
                         .is_protected = false,
                         .tags = {"one", "two"},
                         .properties = {{"os_distro", "debian"}, {"rec_property", "text"}}});
    EXPECT_PRED2(same_json, cloud.last().body, recording("image", 15).request_body);
}

TEST_F(Images, AreUpdatedByPatches) {
    cloud.on("PATCH /images/i", recording("image", 47));
    images.update_image("i", {.name = "rec-renamed",
                              .set_properties = {{"hw_rng_model", "virtio"}},
                              .remove_properties = {"rec_property"},
                              .tags = std::vector<std::string>{"three"}});
    EXPECT_EQ(cloud.last().headers.get("Content-Type"), "application/openstack-images-v2.1-json-patch");
    EXPECT_THAT(
        sdktest::json_elements(cloud.last().body),
        ::testing::UnorderedElementsAreArray(sdktest::json_elements(recording("image", 47).request_body)));
}

TEST_F(Images, AreUploadedAndCompared) {
    cloud.on("POST /images", R"({"id":"i","status":"queued"})", 201);
    cloud.on("PUT /images/i/file", "", 204);
    cloud.on("GET /images/i", record(sha512(data)));
    const auto image = images.create_image({.name = "x"}, text_body(data));
    EXPECT_EQ(image.status, "active");
    EXPECT_EQ(cloud.requests()[1].body, data);
    EXPECT_THAT(cloud.lines(), ElementsAre("POST /images", "PUT /images/i/file", "GET /images/i"))
        << "what went well is not rolled back";
    EXPECT_EQ(cloud.requests()[1].headers.get("Content-Type"), "application/octet-stream");
}

TEST_F(Images, ThatWereDamagedAreRemovedAgain) {
    cloud.on("POST /images", R"({"id":"i","status":"queued"})", 201);
    cloud.on("PUT /images/i/file", "", 204);
    cloud.on("GET /images/i", record(sha512("something else")));
    cloud.on("DELETE /images/i", "", 204);
    EXPECT_THROW(images.create_image({.name = "x"}, text_body(data)), Error);
    EXPECT_EQ(cloud.last().line, "DELETE /images/i");
}

TEST_F(Images, WhoseUploadFailsAreRemovedAgain) {
    cloud.on("POST /images", R"({"id":"i","status":"queued"})", 201);
    cloud.fail("PUT /images/i/file");
    cloud.on("DELETE /images/i", "", 204);
    EXPECT_THROW(images.create_image({.name = "x"}, text_body(data)), TransportError);
    EXPECT_THAT(cloud.lines(), ElementsAre("POST /images", "PUT /images/i/file", "DELETE /images/i"));
}

TEST_F(Images, AreDownloadedAndCompared) {
    cloud.on("GET /images/i", record(sha512(data)));
    cloud.on("GET /images/i/file", data);
    std::string received;
    images.download_image("i", [&](std::string_view bytes) { received += bytes; });
    EXPECT_EQ(received, data);

    FakeService damaged("image");
    damaged.on("GET /images/i", record(sha512(data)));
    std::string changed = data;
    changed[700] = 'y';
    damaged.on("GET /images/i/file", changed);
    try {
        ImageService(damaged.adapter()).download_image("i", [](std::string_view) {});
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("damaged"));
    }
    FakeService cut("image");
    cut.on("GET /images/i", record(sha512(data)));
    cut.on("GET /images/i/file", data.substr(1));
    EXPECT_THROW(ImageService(cut.adapter()).download_image("i", [](std::string_view) {}), Error);
}

TEST_F(Images, AreDownloadedIntoFilesThatAreWholeOrNotThere) {
    const Folder folder;
    const auto path = folder.path / "image";
    cloud.on("GET /images/i", record(sha512(data)));
    cloud.on("GET /images/i/file", data);
    images.download_image_to("i", path);
    EXPECT_EQ(read_file(path), data);
    fs::remove(path);
    FakeService damaged("image");
    damaged.on("GET /images/i", record(sha512("other")));
    damaged.on("GET /images/i/file", data);
    EXPECT_THROW(ImageService(damaged.adapter()).download_image_to("i", path), Error);
    EXPECT_TRUE(fs::is_empty(folder.path));
    EXPECT_THROW(images.download_image_to("i", "/nowhere/x"), Error);
}

TEST_F(Images, ThatCannotBeDownloadedLeaveTheFileThatIsThere) {
    const Folder folder;
    const auto path = folder.path / "image";
    std::ofstream(path) << "precious";
    FakeService damaged("image");
    damaged.on("GET /images/i", record(sha512("other")));
    damaged.on("GET /images/i/file", data);
    for (const char* image : {"none", "i"}) {
        EXPECT_THROW(ImageService(damaged.adapter()).download_image_to(image, path), Error);
        EXPECT_EQ(read_file(path), "precious") << image;
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path), {}), 1) << "nothing else is left";

    std::ofstream(folder.path / "image.part") << "somebody else's";
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("image", folder.path / "link");
    cloud.on("GET /images/i", record(sha512(data)));
    cloud.on("GET /images/i/file", data);
    images.download_image_to("i", folder.path / "link");
    EXPECT_EQ(read_file(path), data);
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_TRUE(fs::is_symlink(folder.path / "link"));
    EXPECT_EQ(read_file(folder.path / "image.part"), "somebody else's");
    images.download_image_to("i", "/dev/null");
    EXPECT_FALSE(fs::is_regular_file("/dev/null"));
}

TEST_F(Images, WithoutDataSaySo) {
    cloud.on("GET /images/i", recording("image", 16));
    EXPECT_THROW(images.download_image("i", [](std::string_view) {}), Error);
    EXPECT_EQ(cloud.lines().size(), 1U);
}

TEST_F(Images, AreWaitedFor) {
    auto clock = std::make_shared<sdktest::FakeWaitClock>();
    cloud.on("GET /images/i", recording("image", 75));
    cloud.on("GET /images/i", recording("image", 76));
    EXPECT_EQ(images.wait_for_image("i", {.clock = clock}).status, "active");
    cloud.on("GET /images/k", R"({"id":"k","status":"killed"})");
    EXPECT_THROW(images.wait_for_image("k", {.clock = clock}), ResourceFailed);
}

TEST_F(Images, AreProtectedOrGone) {
    cloud.on("DELETE /images/p", recording("image", 68));
    EXPECT_THROW(images.delete_image("p"), Forbidden);
    EXPECT_FALSE(images.delete_image("gone"));
    cloud.on("PUT /images/i/tags/a%20b", "", 204);
    images.add_tag("i", "a b");
    EXPECT_EQ(cloud.last().line, "PUT /images/i/tags/a%20b");
}

TEST(ImageAfterALostAnswer, ATagThatIsGoneWasRemoved) {
    FakeService cloud("image", "", 3);
    const ImageService images(cloud.adapter());
    cloud.fail("DELETE /images/i/tags/t");
    cloud.on("DELETE /images/i/tags/t", "", 404);
    images.remove_tag("i", "t");
    EXPECT_THROW(images.remove_tag("i", "none"), NotFound);
}
