// Uid ranges and process identities; the namespaces themselves are tested with instances in them.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>

#include "common/process/process.hpp"
#include "localcloud/host/process_identity.hpp"
#include "localcloud/host/uid_ranges.hpp"

using namespace localcloud::host;
using ::testing::HasSubstr;

namespace {

class UidRanges : public ::testing::Test {
  protected:
    std::filesystem::path file(const std::string& content) {
        const auto path = folder_.path() / "subuid";
        std::ofstream(path) << content;
        return path;
    }
    std::filesystem::path owner(const std::string& name) {
        const auto path = folder_.path() / name;
        std::filesystem::create_directory(path);
        return path;
    }
    common::process::TemporaryDirectory folder_;
};

TEST_F(UidRanges, ComeFromTheUsersLinesByNameOrNumber) {
    const auto ranges = subordinate_ids(
        file("other:1:65536\nme:100000:65536\n# me:5:5\nme:broken\nme:7:x\n1234:1000000:131072\nme:9:0\n"),
        "me", 1234);
    ASSERT_EQ(ranges.size(), 2U);
    EXPECT_EQ(ranges[0].first, 100000U);
    EXPECT_EQ(ranges[1].count, 131072U);
    EXPECT_TRUE(subordinate_ids(folder_.path() / "missing", "me", 1234).empty());
}

TEST_F(UidRanges, TheAdviceIsOneThatNobodyHas) {
    EXPECT_EQ(first_free_id({folder_.path() / "missing"}), 1000000U);
    EXPECT_EQ(first_free_id({file("me:100000:65536\n")}), 1000000U);
    EXPECT_EQ(first_free_id({file("a:100000:65536\nb:1000000:1048576\n4:9:9\n")}), 2048576U);
    EXPECT_LT(first_free_id({file("a:4000000000:65536\nb:1000000000:4294967295\n")}), 0x50000000U)
        << "where root's clouds have theirs";
}

TEST_F(UidRanges, AreMappedInWholeSlots) {
    const auto map =
        holder_map(1000, {{.first = 100000, .count = 65535}, {.first = 200000, .count = 65536 * 2 + 5}});
    ASSERT_EQ(map.size(), 2U) << "less than one slot is none";
    EXPECT_EQ(map[0].outside, 1000U);
    EXPECT_EQ(map[0].count, 1U);
    EXPECT_EQ(map[1].inside, 65536U);
    EXPECT_EQ(map[1].count, 65536U * 2);
}

TEST_F(UidRanges, BelongToAFolderUntilItGoes) {
    UidSlots slots(folder_.path() / "slots", 65536, {100000, 165536});
    const auto a = owner("a");
    const auto b = owner("b");
    const auto c = owner("c");
    EXPECT_EQ(slots.take(a).first, 65536U);
    EXPECT_EQ(slots.take(b).first, 131072U);
    EXPECT_EQ(slots.take(a).slot, 0) << "the same folder keeps its range";
    try {
        (void)slots.take(c);
        FAIL() << "there were two";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("all 2 uid ranges"));
    }
    std::filesystem::remove(a);
    UidSlots elsewhere(folder_.path() / "slots", 65536, {100000, 165536});
    EXPECT_EQ(elsewhere.take(c).slot, 0) << "another cloud sees the same slots";
    EXPECT_EQ(slots.take(b).slot, 1);
}

TEST_F(UidRanges, OfRootAndUsersKeepGidsInStep) {
    const auto slots = UidSlots::for_user("/home/me", holder_map(1, {{.first = 100000, .count = 65536 * 4}}),
                                          holder_map(1, {{.first = 100000, .count = 65536 * 3}}));
    EXPECT_EQ(slots.count(), 3U);
}

TEST(ProcessIdentities, OutliveNeitherTheProcessNorItsNumber) {
    const common::process::TemporaryDirectory folder;
    const pid_t child = ::fork();
    if (child == 0)
        for (;;)
            ::pause();
    const auto identity = ProcessIdentity::of(child);
    ASSERT_TRUE(identity);
    identity->write(folder.path() / "process");
    const auto read = ProcessIdentity::read(folder.path() / "process");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->alive());
    EXPECT_FALSE(read->wait(std::chrono::milliseconds(0)));

    auto recycled = *read;
    recycled.start += "1";
    EXPECT_FALSE(recycled.alive());
    recycled.kill(SIGKILL);
    EXPECT_TRUE(read->alive()) << "somebody else's process is not ours to kill";

    read->kill(SIGKILL);
    EXPECT_TRUE(read->wait(std::chrono::seconds(10)));
    EXPECT_FALSE(read->alive()) << "a zombie is dead";
    ::waitpid(child, nullptr, 0);
    EXPECT_FALSE(ProcessIdentity::read(folder.path() / "missing"));
}

}  // namespace
