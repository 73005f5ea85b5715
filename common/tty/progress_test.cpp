#include "common/tty/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <thread>

namespace tty = common::tty;
using testing::HasSubstr;
using testing::Not;
using tty::StepState;

namespace {

// A stream whose text a test can look at.
class Recording {
  public:
    [[nodiscard]] std::FILE* stream() const { return stream_.get(); }
    [[nodiscard]] std::string text() const {
        std::fflush(stream());
        return {data_, size_};
    }
    ~Recording() {
        stream_.reset();
        std::free(data_);  // NOLINT(cppcoreguidelines-no-malloc): open_memstream's
    }
    Recording() = default;
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

  private:
    struct Close {
        void operator()(std::FILE* stream) const { std::fclose(stream); }
    };
    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::unique_ptr<std::FILE, Close> stream_{::open_memstream(&data_, &size_)};
};

// What a terminal shows after `text`: enough of one for cursor-up, erase-line and erase-below.
std::vector<std::string> screen(std::string_view text) {
    std::vector<std::string> lines(1);
    std::size_t row = 0;
    std::size_t column = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "\x1b[") {
            const std::size_t end = text.find_first_of("ABCDHJKmhl", i + 2);
            const std::string number(text.substr(i + 2, end - i - 2));
            if (text[end] == 'A') row -= std::min(row, static_cast<std::size_t>(std::stoul(number)));
            if (text[end] == 'K') lines[row].clear();
            if (text[end] == 'J') lines.resize(row + 1), lines[row].resize(column);
            i = end;
        } else if (text[i] == '\r') {
            column = 0;
        } else if (text[i] == '\n') {
            column = 0;
            if (++row == lines.size()) lines.emplace_back();
        } else {
            lines[row].resize(std::max(lines[row].size(), column + 1));
            lines[row][column++] = text[i];
        }
    }
    return lines;
}

TEST(Progress, PrintsOneLinePerChangeWhereThereIsNoTerminal) {
    const Recording recording;
    {
        tty::Progress progress(recording.stream(), false);
        const auto server = progress.add("server web");
        const auto group = progress.add("security group");
        progress.set(server, StepState::running);
        progress.set(server, StepState::running, "BUILD");
        progress.note("a note\x1b[2J");
        progress.set(group, StepState::unchanged);
        progress.set(server, StepState::done, "ACTIVE");
        progress.set(group, StepState::interrupted);
        EXPECT_FALSE(progress.is_live());
        EXPECT_THROW(progress.set(7, StepState::done), std::out_of_range);
    }
    EXPECT_EQ(recording.text(),
              "server web: running\n"
              "a note\\x1b[2J\n"
              "security group: unchanged\n"
              "server web: done (ACTIVE)\n"
              "security group: interrupted\n");
}

TEST(Progress, RedrawsInPlaceOnATerminal) {
    ::setenv("LC_ALL", "C", 1);
    const Recording recording;
    {
        tty::Progress progress(recording.stream(), true);
        const auto first = progress.add("first");
        const auto second = progress.add("second\n");
        progress.set(first, StepState::running);
        progress.note("a note");
        progress.set(first, StepState::done, "here");
        progress.set(second, StepState::failed, std::string(200, 'x'));
        progress.finish();
        progress.finish();
    }
    ::unsetenv("LC_ALL");
    const auto lines = screen(recording.text());
    ASSERT_EQ(lines.size(), 4U) << recording.text();
    EXPECT_EQ(lines[0], "a note");
    EXPECT_EQ(lines[1], " + first  here");
    EXPECT_THAT(lines[2], testing::StartsWith(" x second\\n  xxx"));
    EXPECT_LT(lines[2].size(), 82U) << "a line must not wrap";
    EXPECT_EQ(lines[3], "");
    const std::string text = recording.text();
    EXPECT_GT(text.rfind("\x1b[?25h"), text.rfind("\x1b[?25l")) << "the cursor stays hidden";
}

TEST(Progress, FitsOnTheScreen) {
    const Recording recording;
    tty::Progress progress(recording.stream(), true);
    for (int i = 0; i < 60; ++i)
        progress.add("step " + std::to_string(i));
    for (std::size_t i = 0; i < 30; ++i)
        progress.set(i, StepState::done);
    const auto lines = screen(recording.text());
    EXPECT_EQ(lines.size(), 23U);
    EXPECT_THAT(lines.front(), HasSubstr("step 30"));
    progress.finish();
    EXPECT_EQ(screen(recording.text()).size(), 61U);
}

TEST(Progress, IsSafeFromSeveralThreads) {
    const Recording recording;
    tty::Progress progress(recording.stream(), true);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&progress, i] {
                const auto step = progress.add("thread " + std::to_string(i));
                for (int j = 0; j < 50; ++j)
                    progress.set(step, StepState::running, std::to_string(j));
                progress.note("note");
                progress.set(step, StepState::done);
            });
        }
    }
    progress.finish();
    EXPECT_EQ(screen(recording.text()).size(), 4U + 4U + 1U);
}

TEST(Interactive, IsFalseForFiles) {
    const Recording recording;
    EXPECT_FALSE(tty::is_interactive(recording.stream()));
}

}  // namespace
