#include "deploy/plan/invocation.hpp"

#include <gtest/gtest.h>

namespace deploy {
namespace {

Options of(const std::string& deployment, const std::string& cloud = {}) {
    Options options;
    options.program = "fractals";
    options.deployment = deployment;
    options.cloud = cloud;
    return options;
}

TEST(Invocation, SaysTheDeploymentUnlessItIsTheUsualOne) {
    EXPECT_EQ(invocation(of("fractals")), "`fractals`");
    EXPECT_EQ(invocation(of("fractals"), "destroy"), "`fractals destroy`");
    EXPECT_EQ(invocation(of("blue"), "ssh all-in-one"), "`fractals --name blue ssh all-in-one`");
}

TEST(Invocation, SurvivesAShell) {
    EXPECT_EQ(invocation(of("blue", "my $cloud"), "status"),
              "`fractals --cloud 'my $cloud' --name blue status`");
}

}  // namespace
}  // namespace deploy
