#include "openstack/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace openstack {

void run_parallel(std::size_t at_most, const std::vector<std::function<void()>>& tasks) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::vector<std::exception_ptr> failures(tasks.size());
    const auto work = [&] {
        while (!failed) {
            const auto mine = next++;
            if (mine >= tasks.size()) return;
            try {
                tasks[mine]();
            } catch (...) {
                failures[mine] = std::current_exception();
                failed = true;
            }
        }
    };
    {
        std::vector<std::jthread> helpers;
        const auto threads = std::min(std::max<std::size_t>(at_most, 1), tasks.size());
        for (std::size_t i = 1; i < threads; ++i)
            helpers.emplace_back(work);
        work();
    }
    const auto first = std::ranges::find_if(failures, [](const auto& failure) { return failure != nullptr; });
    if (first != failures.end()) std::rethrow_exception(*first);
}

}  // namespace openstack
