#include "common/tty/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "common/tty/text.hpp"

namespace common::tty {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds frame_time{100};

constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view cyan = "\x1b[36m";
constexpr std::string_view faint = "\x1b[2m";
constexpr std::string_view plain = "\x1b[0m";

struct Signs {
    std::vector<std::string_view> spinner;
    std::string_view waiting, done, unchanged, failed, interrupted;
};

bool speaks_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        std::string lower(value);
        for (char& c : lower)
            c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
    }
    return false;
}

Signs signs() {
    if (speaks_utf8()) return {{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}, "·", "✔", "=", "✘", "–"};
    return {{"|", "/", "-", "\\"}, ".", "+", "=", "x", "~"};
}

std::string_view word(StepState state) {
    switch (state) {
        case StepState::waiting:
            return "waiting";
        case StepState::running:
            return "running";
        case StepState::done:
            return "done";
        case StepState::unchanged:
            return "unchanged";
        case StepState::failed:
            return "failed";
        case StepState::interrupted:
            return "interrupted";
    }
    return "";
}

struct Step {
    std::string title;
    StepState state = StepState::waiting;
    std::string detail;
    steady_clock::time_point started;
    steady_clock::time_point ended;
};

// "3 s", "2 min 5 s"; nothing below a second.
std::string duration_text(steady_clock::duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds < 1) return {};
    if (seconds < 60) return std::to_string(seconds) + " s";
    return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

std::string duration_of(const Step& step) {
    if (step.state == StepState::waiting || step.started == steady_clock::time_point()) return {};
    return duration_text((step.state == StepState::running ? steady_clock::now() : step.ended) -
                         step.started);
}

}  // namespace

bool is_interactive(std::FILE* stream) {
    const int file = ::fileno(stream);
    if (file < 0 || ::isatty(file) == 0) return false;
    const char* no_colour = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    return (no_colour == nullptr || *no_colour == '\0') && term != nullptr &&
           std::string_view(term) != "dumb";
}

std::size_t terminal_columns(std::FILE* stream) {
    const int file = ::fileno(stream);
    winsize size{};
    return file >= 0 && ::isatty(file) == 1 && ::ioctl(file, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

struct Progress::Impl {
    std::FILE* stream;
    bool interactive;
    Signs sign = signs();

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Step> steps;
    std::size_t drawn = 0;  // lines of ours above the cursor
    std::size_t frame = 0;
    bool finished = false;
    std::jthread drawing;

    Impl(std::FILE* stream_, bool interactive_) : stream(stream_), interactive(interactive_) {
        if (interactive) drawing = std::jthread([this] { draw_frames(); });
    }

    void draw_frames() {
        std::unique_lock lock(mutex);
        while (!changed.wait_for(lock, frame_time, [this] { return finished; })) {
            ++frame;
            const bool moving = std::any_of(steps.begin(), steps.end(), [](const Step& step) {
                return step.state == StepState::running;
            });
            if (moving) draw({}, false);
        }
    }

    // One write for a whole frame. The cursor is hidden within it only, so that no way to end the program,
    // not even SIGKILL, leaves the terminal without one.
    void draw(std::string_view note, bool everything) {
        const winsize size = terminal_size();
        std::string out = "\x1b[?25l\r";
        if (drawn > 0) out += "\x1b[" + std::to_string(drawn) + "A";
        if (!note.empty()) out += "\x1b[2K" + std::string(note) + "\n";
        const auto [first, last] = everything ? std::pair{std::size_t{0}, steps.size()} : window(size.ws_row);
        for (std::size_t i = first; i < last; ++i)
            out += "\x1b[2K" + line(steps[i], size.ws_col) + "\n";
        out += "\x1b[J\x1b[?25h";
        drawn = last - first;
        write(out);
    }

    // The steps that fit on the screen: from the first that is not over yet, with those before it where there is room.
    [[nodiscard]] std::pair<std::size_t, std::size_t> window(std::size_t rows) const {
        const std::size_t room = std::max<std::size_t>(rows, 3) - 2;
        if (steps.size() <= room) return {0, steps.size()};
        const auto open = std::find_if(steps.begin(), steps.end(), [](const Step& step) {
            return step.state == StepState::waiting || step.state == StepState::running;
        });
        const auto first = std::min(static_cast<std::size_t>(open - steps.begin()), steps.size() - room);
        return {first, first + room};
    }

    [[nodiscard]] std::string line(const Step& step, std::size_t columns) const {
        std::string_view colour;
        std::string_view mark;
        switch (step.state) {
            case StepState::waiting:
                colour = faint, mark = sign.waiting;
                break;
            case StepState::running:
                colour = cyan, mark = sign.spinner[frame % sign.spinner.size()];
                break;
            case StepState::done:
                colour = green, mark = sign.done;
                break;
            case StepState::unchanged:
                colour = faint, mark = sign.unchanged;
                break;
            case StepState::failed:
                colour = red, mark = sign.failed;
                break;
            case StepState::interrupted:
                colour = faint, mark = sign.interrupted;
                break;
        }
        std::string text = step.title;
        if (!step.detail.empty()) text += "  " + step.detail;
        if (const std::string duration = duration_of(step); !duration.empty()) text += "  " + duration;
        // One column stays free: some terminals wrap as soon as the last one is used.
        return " " + std::string(colour) + std::string(mark) + std::string(plain) + " " +
               truncate(text, columns > 8 ? columns - 4 : 4);
    }

    void print_change(const Step& step) const {
        std::string text = step.title + ": " + std::string(word(step.state));
        const std::string duration = step.state == StepState::running ? "" : duration_of(step);
        if (!duration.empty()) text += " in " + duration;
        if (!step.detail.empty()) text += " (" + step.detail + ")";
        write(text + "\n");
    }

    [[nodiscard]] winsize terminal_size() const {
        winsize size{};
        const int file = ::fileno(stream);
        const bool known = file >= 0 && ::ioctl(file, TIOCGWINSZ, &size) == 0;
        if (!known || size.ws_col == 0) size.ws_col = 80;
        if (!known || size.ws_row == 0) size.ws_row = 24;
        return size;
    }

    void write(const std::string& text) const {
        std::fwrite(text.data(), 1, text.size(), stream);
        std::fflush(stream);
    }
};

Progress::Progress(std::FILE* stream) : Progress(stream, is_interactive(stream)) {}
Progress::Progress(std::FILE* stream, bool interactive)
    : impl_(std::make_unique<Impl>(stream, interactive)) {}
Progress::~Progress() {
    finish();
}

std::size_t Progress::add(const std::string& title) {
    const std::lock_guard lock(impl_->mutex);
    impl_->steps.push_back({.title = printable(title)});
    if (impl_->interactive && !impl_->finished) impl_->draw({}, false);
    return impl_->steps.size() - 1;
}

void Progress::set(std::size_t step, StepState state, const std::string& detail) {
    const std::lock_guard lock(impl_->mutex);
    if (step >= impl_->steps.size())
        throw std::out_of_range("there is no step number " + std::to_string(step));
    Step& changed = impl_->steps[step];
    const bool other_state = changed.state != state;
    const auto now = steady_clock::now();
    if (other_state && state == StepState::running) changed.started = now;
    if (other_state) changed.ended = now;
    changed.state = state;
    changed.detail = printable(detail);
    if (impl_->finished) return;
    if (impl_->interactive) {
        impl_->draw({}, false);
    } else if (other_state && state != StepState::waiting) {
        impl_->print_change(changed);
    }
}

void Progress::note(std::string_view line) {
    const std::lock_guard lock(impl_->mutex);
    const std::string text = printable(line);
    if (impl_->interactive && !impl_->finished) {
        impl_->draw(text, false);
    } else {
        impl_->write(text + "\n");
    }
}

bool Progress::is_live() const {
    return impl_->interactive;
}

void Progress::finish() {
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->finished) return;
        impl_->finished = true;
        if (impl_->interactive) impl_->draw({}, true);
    }
    impl_->changed.notify_all();
    if (impl_->drawing.joinable()) impl_->drawing.join();
}

}  // namespace common::tty
