#include "sdk/src/resource/waiter.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "openstack/error.hpp"
#include "sdk/src/http/text.hpp"

namespace openstack::resource {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int failures_to_bear = 3;

class RealClock : public WaitClock {
  public:
    steady_clock::time_point now() override { return steady_clock::now(); }
    void sleep(milliseconds duration, const std::stop_token& stop) override {
        std::mutex mutex;
        std::condition_variable_any wakeup;
        std::unique_lock lock(mutex);
        wakeup.wait_until(lock, stop, *CallOptions::within(duration).deadline, [] { return false; });
    }
};

std::string seconds_text(milliseconds duration) {
    const auto tenths = duration.count() / 100;
    return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " s";
}

}  // namespace

std::shared_ptr<WaitClock> real_clock() {
    return std::make_shared<RealClock>();
}

bool same_status(std::string_view seen, std::string_view wanted) {
    return http::equal_ignoring_case(seen, wanted);
}

void wait_until(const WaitOptions& options, std::string_view wish,
                const std::function<Look(const CallOptions& options)>& look) {
    RealClock real;
    WaitClock& clock = options.clock ? *options.clock : real;
    const auto start = clock.now();
    const auto waited = [&] { return std::chrono::duration_cast<milliseconds>(clock.now() - start); };
    milliseconds interval = std::max(options.first_interval, milliseconds(1));
    const milliseconds longest_interval = std::max(options.longest_interval, interval);
    std::string state = "not known";
    int failures = 0;
    while (true) {
        if (options.stop.stop_requested()) {
            throw Cancelled("Waiting was stopped: " + std::string(wish) + "; it is " + state);
        }
        CallOptions call = CallOptions::within(std::max(options.timeout - waited(), milliseconds(1)));
        call.stop = options.stop;
        try {
            const Look seen = look(call);
            failures = 0;
            state = seen.state;
            if (options.progress) {
                options.progress(state, waited());
            }
            if (seen.done) {
                return;
            }
        } catch (const ServiceUnavailable&) {
            if (++failures > failures_to_bear) {
                throw;
            }
        } catch (const TransportError&) {
            if (++failures > failures_to_bear) {
                throw;
            }
        } catch (const Timeout&) {
            // The deadline of the call is that of the wait: what follows says what was waited for.
            if (waited() < options.timeout && ++failures > failures_to_bear) {
                throw;
            }
        }
        const milliseconds left = options.timeout - waited();
        if (left <= milliseconds(0)) {
            throw Timeout(std::string(wish) + " after " + seconds_text(options.timeout) + "; it is " + state);
        }
        clock.sleep(std::min(interval, left), options.stop);
        interval += std::min(std::max(interval / 2, milliseconds(1)), longest_interval - interval);
    }
}

}  // namespace openstack::resource
