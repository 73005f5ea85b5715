#include "deploy/operations/rollback.hpp"

#include <algorithm>

#include "deploy/operations/destroy.hpp"

namespace deploy {
namespace {
constexpr auto patience = std::chrono::minutes(10);
}

bool is_first(const Context& context, const Observed& before) {
    // A container's name says less than a mark; see below.
    return std::ranges::all_of(removable(context, before),
                               [](const Removed& item) { return item.kind == "container"; });
}

void roll_back(const Context& context, const Observed& before, common::tty::Progress& progress) {
    auto anew = context;
    anew.stop = std::stop_token();
    anew.deadline = std::chrono::steady_clock::now() + patience;
    auto made = observe(anew, Look::everywhere);
    if (before.has_package_container) made.has_package_container = false;
    destroy(anew, made, progress);
}

}  // namespace deploy
