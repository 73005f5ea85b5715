#include "deploy/apply/steps.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <openstack/error.hpp>
#include <stdexcept>
#include <thread>

namespace deploy {
namespace {

using std::chrono::steady_clock;

enum class State { waiting, running, done, failed };

/// "45 s", "2 min 5 s".
std::string duration_text(steady_clock::duration duration) {
    constexpr int minute = 60;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds < minute) return std::to_string(seconds) + " s";
    return std::to_string(seconds / minute) + " min " + std::to_string(seconds % minute) + " s";
}

/// What has to be done, on which the threads see what may start; everything is guarded by `mutex`.
class Schedule {
  public:
    Schedule(const std::vector<Step>& steps, common::tty::Progress& progress)
        : steps_(steps), progress_(progress) {
        for (const auto& step : steps) {
            for (const auto earlier : step.after)
                if (earlier >= lines_.size())
                    throw std::logic_error("a step can only wait for an earlier one");
            lines_.push_back(progress.add(step.title));
            states_.push_back(State::waiting);
        }
        started_.resize(steps.size());
        said_.resize(steps.size());
    }

    void run(std::stop_token outside, std::size_t parallel, std::chrono::milliseconds reminder) {
        const std::stop_callback on_stop(outside, [this] { stop(nullptr); });
        {
            const std::jthread reminding([this, reminder](const std::stop_token& over) {
                if (!progress_.is_live() && reminder.count() > 0) remind(over, reminder);
            });
            std::vector<std::jthread> threads;
            const auto count = std::min(parallel, steps_.size());
            threads.reserve(count);
            for (std::size_t i = 0; i < count; ++i)
                threads.emplace_back([this] { work(); });
        }
        if (failure_) std::rethrow_exception(failure_);
        if (std::ranges::any_of(states_, [](State state) { return state != State::done; }))
            throw openstack::Cancelled("interrupted");
    }

  private:
    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            std::size_t next = 0;
            changed_.wait(lock, [&] {
                next = ready();
                return next < steps_.size() || stop_.stop_requested() || none_left();
            });
            if (stop_.stop_requested() || next >= steps_.size()) return;
            states_[next] = State::running;
            started_[next] = steady_clock::now();
            lock.unlock();
            run_one(next);
            lock.lock();
            changed_.notify_all();
        }
    }

    void run_one(std::size_t number) {
        const auto line = lines_[number];
        progress_.set(line, common::tty::StepState::running);
        try {
            const auto result = steps_[number].run(
                [&](const std::string& detail) {
                    progress_.set(line, common::tty::StepState::running, detail);
                    const std::scoped_lock lock(mutex_);
                    said_[number] = detail;
                },
                stop_.get_token());
            progress_.set(line,
                          result.changed ? common::tty::StepState::done : common::tty::StepState::unchanged,
                          result.detail);
            const std::scoped_lock lock(mutex_);
            states_[number] = State::done;
        } catch (const openstack::Cancelled&) {
            progress_.set(line, common::tty::StepState::interrupted);
            end(number);
            stop(nullptr);
        } catch (...) {
            progress_.set(line, common::tty::StepState::failed);
            end(number);
            stop(std::current_exception());
        }
    }

    void end(std::size_t number) {
        const std::scoped_lock lock(mutex_);
        states_[number] = State::failed;
    }

    void remind(const std::stop_token& over, std::chrono::milliseconds reminder) {
        std::unique_lock lock(mutex_);
        auto next = steady_clock::now() + reminder;
        while (!over.stop_requested()) {
            reminding_.wait_until(lock, over, next, [] { return false; });
            if (steady_clock::now() < next) continue;
            next += reminder;
            std::vector<std::string> lines;
            for (std::size_t i = 0; i < steps_.size(); ++i)
                if (states_[i] == State::running && steady_clock::now() - started_[i] >= reminder / 2)
                    lines.push_back("still waiting for: " + steps_[i].title + ", since " +
                                    duration_text(steady_clock::now() - started_[i]) +
                                    (said_[i].empty() ? "" : " (" + said_[i] + ")"));
            lock.unlock();
            for (const auto& line : lines)
                progress_.note(line);
            lock.lock();
        }
    }

    void stop(const std::exception_ptr& failure) {
        stop_.request_stop();
        {
            // Taken after the request, so that no thread can miss it between its check and its wait.
            const std::scoped_lock lock(mutex_);
            if (failure && !failure_) failure_ = failure;
        }
        changed_.notify_all();
    }

    /// The first step that may start, or one past the last.
    std::size_t ready() const {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (states_[i] == State::waiting && std::ranges::all_of(steps_[i].after, [&](auto earlier) {
                    return states_[earlier] == State::done;
                }))
                return i;
        }
        return steps_.size();
    }
    bool none_left() const {
        return std::ranges::none_of(states_, [](State state) { return state == State::waiting; });
    }

    const std::vector<Step>& steps_;
    common::tty::Progress& progress_;
    std::vector<std::size_t> lines_;
    std::vector<State> states_;
    std::vector<steady_clock::time_point> started_;
    std::vector<std::string> said_;  ///< by a step that runs, at last
    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable_any reminding_;
    std::stop_source stop_;
    std::exception_ptr failure_;
};

}  // namespace

void run_steps(const std::vector<Step>& steps, common::tty::Progress& progress, std::stop_token stop,
               std::size_t parallel, std::chrono::milliseconds reminder) {
    Schedule(steps, progress).run(std::move(stop), parallel, reminder);
}

}  // namespace deploy
