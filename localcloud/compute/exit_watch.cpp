#include "localcloud/compute/exit_watch.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "localcloud/host/files.hpp"

namespace localcloud::compute {
namespace {

constexpr int pause_after_failure = 1000;  // milliseconds

/// A callback's failure is not the watch's.
void guarded(const std::function<void()>& callback) {
    try {
        callback();
    } catch (const std::exception& error) {
        spdlog::error("watching the instances: {}", error.what());
    }
}

}  // namespace

ExitWatch::ExitWatch(std::function<void(const std::string&)> ended, std::function<void()> tick,
                     std::chrono::milliseconds interval)
    : ended_(std::move(ended)),
      tick_(std::move(tick)),
      interval_(interval),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) host::fail("cannot watch instances");
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ExitWatch::~ExitWatch() {
    thread_.request_stop();
    wake();
}

void ExitWatch::wake() const {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void ExitWatch::add(const std::string& id, const host::ProcessIdentity& process) {
    {
        const std::lock_guard lock(mutex_);
        watched_[id] = process;
    }
    wake();
}

void ExitWatch::remove(const std::string& id) {
    const std::lock_guard lock(mutex_);
    watched_.erase(id);
}

void ExitWatch::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            look();
        } catch (const std::exception& error) {
            // The instances want to be watched all the same, but not in a hurry: that must not fill the log.
            spdlog::error("watching the instances: {}", error.what());
            pollfd event{.fd = wake_.get(), .events = POLLIN, .revents = 0};
            (void)::poll(&event, 1, pause_after_failure);
        }
    }
}

void ExitWatch::look() {
    std::vector<host::Descriptor> descriptors;
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = watched_.begin(); at != watched_.end();) {
            if (at->second.alive()) {
                descriptors.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, at->second.pid, 0)));
                ++at;
            } else {
                gone.push_back(at->first);
                at = watched_.erase(at);
            }
        }
    }
    for (const auto& id : gone)
        guarded([&] { ended_(id); });
    if (!gone.empty()) return;

    std::vector<pollfd> events{{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
    for (const auto& descriptor : descriptors)
        events.push_back({.fd = descriptor.get(), .events = POLLIN, .revents = 0});
    if (::poll(events.data(), events.size(), static_cast<int>(interval_.count())) == 0) guarded(tick_);
    std::uint64_t value = 0;
    (void)!::read(wake_.get(), &value, sizeof value);
}

}  // namespace localcloud::compute
