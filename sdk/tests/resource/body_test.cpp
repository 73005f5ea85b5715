#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "openstack/body.hpp"
#include "openstack/error.hpp"
#include "sdk/src/resource/base64.hpp"
#include "sdk/src/resource/digest.hpp"

using namespace openstack;

namespace {

std::string drain(BodySource& source, std::size_t step = 5) {
    std::string all;
    std::string buffer(step, '\0');
    while (const std::size_t count = source.read(buffer.data(), buffer.size())) {
        all.append(buffer, 0, count);
    }
    return all;
}

}  // namespace

TEST(Bodies, OfTextsRewind) {
    auto body = text_body("twelve bytes");
    EXPECT_EQ(body.size, 12U);
    EXPECT_EQ(drain(body), "twelve bytes");
    EXPECT_EQ(drain(body), "");
    body.rewind();
    EXPECT_EQ(drain(body), "twelve bytes");
}

TEST(Bodies, OfFilesRewind) {
    const std::string path = ::testing::TempDir() + "body_test_" + std::to_string(::getpid());
    std::ofstream(path) << "in a file";
    auto body = file_body(path);
    std::filesystem::remove(path);
    EXPECT_EQ(body.size, 9U);
    EXPECT_EQ(drain(body), "in a file");
    body.rewind();
    EXPECT_EQ(drain(body), "in a file");
}

TEST(Bodies, OfMissingFilesSayWhich) {
    try {
        static_cast<void>(file_body("/nowhere/image.qcow2"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "Cannot read /nowhere/image.qcow2: No such file or directory");
    }
    EXPECT_THROW(static_cast<void>(file_body("/")), Error);
}

TEST(Digests, FollowABodyThroughRewinding) {
    const auto digest = std::make_shared<resource::Digest>("sha256");
    auto body = resource::observed(text_body("abc"), digest);
    char first = 0;
    EXPECT_EQ(body.read(&first, 1), 1U);
    body.rewind();
    drain(body, 2);
    EXPECT_EQ(digest->finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digests, UnknownToOpensslAreAnError) {
    EXPECT_THROW(resource::Digest digest("md17"), Error);
}

TEST(Digests, Sign) {
    EXPECT_EQ(resource::hmac("sha1", "key", "The quick brown fox jumps over the lazy dog"),
              "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
    EXPECT_EQ(resource::random_hex(16).size(), 32U);
    EXPECT_NE(resource::random_hex(16), resource::random_hex(16));
}

TEST(Base64, GoesThereAndBack) {
    for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
        EXPECT_EQ(resource::decode_base64(resource::encode_base64(text)), text);
    }
    EXPECT_EQ(resource::encode_base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(resource::encode_base64(std::string("\xff\x00\xfe", 3)), "/wD+");
    EXPECT_EQ(resource::decode_base64("Zm9v\nYmFy\n"), "foobar");
    for (const char* text : {"Zm9", "Zm=v", "Zm9v!", "====", "#!/bin/sh"}) {
        EXPECT_FALSE(resource::decode_base64(text)) << text;
    }
}
