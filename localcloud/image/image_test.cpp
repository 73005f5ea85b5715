// The recipe of the image; that what it makes boots is tested with instances.
#include <gmock/gmock.h>

#include <array>
#include <fstream>

#include "common/process/process.hpp"
#include "localcloud/image/image.hpp"
#include "localcloud/image/recipe.hpp"
#include "localcloud/image/sha256.hpp"

using namespace localcloud::image;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

TEST(Sources, AreTheHostsDebianMirror) {
    const std::array<std::string, 2> lists{
        "deb [signed-by=/x y=z] http://mirror.example/debian/ bookworm main contrib\n"
        "deb http://apt.example/products bookworm main\n"
        "# deb http://commented.example/debian bookworm main\n",
        "Types: deb\nURIs: http://safe.example/debian-security\nSuites: bookworm-security\nComponents: "
        "main\n\n"
        "Types: deb\nEnabled: no\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n"};
    EXPECT_EQ(sources_from(lists),
              "deb http://mirror.example/debian bookworm main\n"
              "deb http://mirror.example/debian bookworm-updates main\n"
              "deb http://safe.example/debian-security bookworm-security main\n");
}

TEST(Sources, AreDebiansOwnOnAnotherSystem) {
    const std::array<std::string, 1> lists{"deb http://archive.ubuntu.com/ubuntu noble main\n"};
    EXPECT_THAT(sources_from(lists), HasSubstr("deb http://deb.debian.org/debian bookworm main\n"));
}

TEST(Recipe, BringsTheBootScriptAndAHashOfItself) {
    bool boot = false;
    for (const auto& file : tree_files()) {
        EXPECT_FALSE(file.path.starts_with('/'));
        EXPECT_EQ(file.executable, file.content.starts_with("#!")) << file.path;
        boot = boot || (file.path == "usr/sbin/init" && file.executable);
    }
    EXPECT_TRUE(boot);
    EXPECT_EQ(recipe_hash().size(), 64U);
    EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Recipe, OfTheServicesIsOnTopOfTheOther) {
    EXPECT_NE(recipe_hash(Variant::services), recipe_hash());
    EXPECT_EQ(preinstalled(Variant::services), "mariadb-server rabbitmq-server");
    EXPECT_EQ(preinstalled(Variant::debian), "");
    EXPECT_THAT(services_options("/x/base.tar"), Contains("--setup-hook=tar-in '/x/base.tar' /"));
}

TEST(Images, AreFoundOnlyWhereTheyAre) {
    const common::process::TemporaryDirectory cache;
    EXPECT_FALSE(find(cache.path()));
    EXPECT_FALSE(find(cache.path(), Variant::services));
}

TEST(Images, OfOtherRecipesAreRemoved) {
    const common::process::TemporaryDirectory cache;
    const auto folder = cache.path() / "images";
    std::filesystem::create_directories(folder);
    const std::string current =
        "debian-12-services-" + recipe_hash(Variant::services).substr(0, 12) + ".tar.zst";
    for (const std::string& name :
         {std::string("debian-12.tar.zst"), std::string("debian-12-0123456789ab.recipe"), current,
          std::string("mine.txt")})
        std::ofstream(folder / name) << "12345";
    EXPECT_EQ(prune(cache.path()), 10U);
    EXPECT_TRUE(std::filesystem::exists(folder / current));
    EXPECT_TRUE(std::filesystem::exists(folder / "mine.txt"));
    EXPECT_FALSE(std::filesystem::exists(folder / "debian-12.tar.zst"));
}

}  // namespace
