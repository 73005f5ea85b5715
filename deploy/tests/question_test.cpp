#include "deploy/cli/question.hpp"

#include <gtest/gtest.h>

#include <array>
#include <openstack/error.hpp>
#include <thread>

namespace deploy {
namespace {

class Question : public ::testing::Test {
  protected:
    Question() { EXPECT_EQ(pipe(ends_.data()), 0); }
    ~Question() override {
        hang_up();
        close(ends_.front());
    }
    [[nodiscard]] int terminal() const { return ends_.front(); }
    void type(std::string_view text) const {
        EXPECT_EQ(write(ends_.back(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void hang_up() {
        if (ends_.back() >= 0) close(ends_.back());
        ends_.back() = -1;
    }

  private:
    std::array<int, 2> ends_{};
};

TEST_F(Question, IsAnsweredWithALine) {
    type("yes\nno\n");
    EXPECT_TRUE(is_yes(ask("? ", {}, terminal())));
    EXPECT_EQ(ask("? ", {}, terminal()), "no") << "the rest of what was typed is the next answer";
    hang_up();
    EXPECT_EQ(ask("? ", {}, terminal()), std::nullopt);
    EXPECT_FALSE(is_yes(std::nullopt));
    EXPECT_FALSE(is_yes(""));
}

TEST_F(Question, AnInterruptIsAnAnswer) {
    std::stop_source source;
    std::jthread person([&] { source.request_stop(); });
    EXPECT_THROW((void)ask("? ", source.get_token(), terminal()), openstack::Cancelled);
    type("y\n");
    EXPECT_THROW((void)ask("? ", source.get_token(), terminal()), openstack::Cancelled)
        << "what is typed after it counts for nothing";
}

}  // namespace
}  // namespace deploy
