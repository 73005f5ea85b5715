#include "deploy/plan/marks.hpp"

#include <gtest/gtest.h>

namespace deploy {
namespace {

TEST(Marks, NamesOfOneDeploymentAreNotTakenForAnothers) {
    EXPECT_NE(group_mark("fractals"), group_mark("fractals2"));
    EXPECT_FALSE(address_mark("fractals2", "all-in-one").starts_with(group_mark("fractals") + " for "));
    EXPECT_TRUE(is_any_mark(address_mark("x", "y")));
    EXPECT_FALSE(is_any_mark("the office's address"));
}

TEST(Marks, CommentOfAPublicKey) {
    EXPECT_EQ(comment_of("ssh-ed25519 AAAA deployment-fractals\n"), "deployment-fractals");
    EXPECT_EQ(comment_of("ssh-ed25519 AAAA two words"), "two words");
    EXPECT_EQ(comment_of("ssh-ed25519 AAAA"), "");
    EXPECT_EQ(comment_of(""), "");
}

TEST(Marks, CommentIsReplacedAndTheKeyKept) {
    EXPECT_EQ(with_comment("ssh-ed25519 AAAA ann@home\n", "deployment-x"), "ssh-ed25519 AAAA deployment-x");
    EXPECT_EQ(with_comment("ssh-ed25519 AAAA\n", "deployment-x"), "ssh-ed25519 AAAA deployment-x");
}

TEST(Marks, OnlyOtherDeploymentsGetAPrefix) {
    EXPECT_EQ(scoped_name("fractals", "fractals", "all-in-one"), "all-in-one");
    EXPECT_EQ(scoped_name("blue", "fractals", "all-in-one"), "blue-all-in-one");
}

}  // namespace
}  // namespace deploy
