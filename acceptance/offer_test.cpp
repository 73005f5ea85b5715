// With no cloud configured `fractals` offers the embedded one; a terminal of script(1)'s stands in for the person's.
#include <gtest/gtest.h>

#include <fstream>

#include "acceptance/support/embedded_cloud.hpp"
#include "common/process/process.hpp"

namespace acceptance {
namespace {

using common::process::Command;
using common::process::Result;

class Offer : public ::testing::Test {
  protected:
    void TearDown() override {
        const auto reset = run({program("localcloud"), "reset", "--yes"});
        EXPECT_EQ(reset.exit_status, 0) << reset.error;
    }
    /// Somebody who has no cloud, in a home of his own; the image of instances is the machine's.
    Result run(std::vector<std::string> words, const std::string& input = {}) const {
        return common::process::run({.arguments = std::move(words),
                                     .input = input,
                                     .environment = {{"HOME", home_.path().string()},
                                                     {"XDG_STATE_HOME", (home_.path() / "state").string()},
                                                     {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"},
                                                     {"TERM", "dumb"}},
                                     .clear_environment = true,
                                     .directory = home_.path(),
                                     .timeout = std::chrono::minutes(15)});
    }
    /// What a person sees who answers so; both outputs are one terminal's.
    Result at_a_terminal(const std::string& answer) const {
        return run({"script", "--quiet", "--return", "--command", program("fractals") + " plan", "/dev/null"},
                   answer);
    }
    [[nodiscard]] bool there_is_a_cloud() const {
        return run({program("localcloud"), "status"}).exit_status == 0;
    }

    common::process::TemporaryDirectory home_{"home-test"};
};

constexpr auto question = "Start the embedded one on this machine? [Y/n]";

TEST_F(Offer, ANoStartsNothing) {
    const auto result = at_a_terminal("n\n");
    EXPECT_EQ(result.exit_status, 2) << result.output;
    EXPECT_NE(result.output.find(question), std::string::npos) << result.output;
    EXPECT_FALSE(there_is_a_cloud());
}

TEST_F(Offer, NobodyIsAskedWhereThereIsNoTerminal) {
    const auto result = run({program("fractals"), "plan"}, "y\n");
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_EQ(result.error.find(question), std::string::npos) << result.error;
    EXPECT_NE(result.error.find("localcloud up"), std::string::npos) << result.error;
    EXPECT_FALSE(there_is_a_cloud());
}

TEST_F(Offer, AYesStartsItAndGoesOn) {
    const auto result = at_a_terminal("y\n");
    EXPECT_EQ(result.exit_status, 3) << "there is something to do\n" << result.output;
    EXPECT_NE(result.output.find(question), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("all-in-one"), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("localcloud env"), std::string::npos) << result.output;
    EXPECT_TRUE(there_is_a_cloud());
}

}  // namespace
}  // namespace acceptance
