#include "sdk/src/session/single_flight.hpp"

#include "openstack/error.hpp"
#include "sdk/src/session/failure.hpp"

namespace openstack::session {

void SingleFlight::await(std::unique_lock<std::mutex>& lock, const CallOptions& options) {
    const auto watched = attempt_;
    const auto over = [&] { return !busy_ || attempt_ != watched; };
    if (options.deadline) {
        ended_.wait_until(lock, options.stop, *options.deadline, over);
    } else {
        ended_.wait(lock, options.stop, over);
    }
    if (over()) {
        if (failed_attempt_ != watched) return;
        const auto failure = failure_;
        lock.unlock();
        failure();
    }
    if (options.stop.stop_requested()) throw Cancelled("cancelled while " + what_);
    throw Timeout("the deadline passed while " + what_, {.retryable = true});
}

void SingleFlight::run(const CallOptions& options, const std::function<bool()>& found,
                       const std::function<std::function<void()>()>& work) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (found()) return;
        if (!busy_) break;
        await(lock, options);
    }
    busy_ = true;
    const auto mine = ++attempt_;
    const auto finish = [&](const std::function<void()>& under_lock) {
        if (!lock.owns_lock()) lock.lock();
        busy_ = false;
        if (under_lock) under_lock();
        ended_.notify_all();
        lock.unlock();
    };
    lock.unlock();
    try {
        finish(work());
    } catch (const Timeout&) {
        finish({});
        throw;
    } catch (const Cancelled&) {
        finish({});
        throw;
    } catch (const Error& error) {
        finish([&] {
            failed_attempt_ = mine;
            failure_ = repeater(error);
        });
        throw;
    } catch (...) {
        finish({});
        throw;
    }
}

}  // namespace openstack::session
