#include "sdk/src/load_balancer/change_queue.hpp"

#include <algorithm>
#include <utility>

namespace openstack::load_balancer {
namespace {

/// A program that lists the pools of a large cloud all day long must not grow for ever; what is forgotten is asked for.
constexpr std::size_t most_known = 20'000;
constexpr std::size_t most_lanes = 1'000;

}  // namespace

ChangeQueue::Turn::~Turn() {
    if (!lane_) {
        return;
    }
    {
        const std::lock_guard lock(queue_->mutex_);
        lane_->waiting.pop_front();
    }
    queue_->moved_.notify_all();
}

bool ChangeQueue::Turn::unsettled() const {
    const std::lock_guard lock(queue_->mutex_);
    return lane_->unsettled;
}

void ChangeQueue::Turn::settled() {
    const std::lock_guard lock(queue_->mutex_);
    lane_->unsettled = false;
}

void ChangeQueue::Turn::sending() {
    const std::lock_guard lock(queue_->mutex_);
    lane_->unsettled = true;
    ++lane_->changes;
}

std::shared_ptr<ChangeQueue::Lane> ChangeQueue::lane(const std::string& load_balancer) {
    if (lanes_.size() >= most_lanes && !lanes_.contains(load_balancer)) {
        // Nobody else can hold one of these: they are handed out under the mutex.
        std::erase_if(lanes_, [](const auto& entry) { return entry.second.use_count() == 1; });
    }
    auto& result = lanes_[load_balancer];
    if (!result) {
        result = std::make_shared<Lane>();
    }
    return result;
}

std::optional<ChangeQueue::Turn> ChangeQueue::enter(const std::string& load_balancer,
                                                    std::chrono::steady_clock::time_point until,
                                                    const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Lane> mine = lane(load_balancer);
    const std::uint64_t ticket = mine->next++;
    mine->waiting.push_back(ticket);
    const bool first = moved_.wait_until(lock, stop, until, [&] { return mine->waiting.front() == ticket; });
    if (!first || stop.stop_requested()) {
        std::erase(mine->waiting, ticket);
        lock.unlock();
        moved_.notify_all();
        return std::nullopt;
    }
    return Turn(*this, mine);
}

std::optional<std::uint64_t> ChangeQueue::quiet(const std::string& load_balancer) {
    const std::lock_guard lock(mutex_);
    const auto found = lanes_.find(load_balancer);
    if (found == lanes_.end() || !found->second->waiting.empty()) {
        return std::nullopt;
    }
    return found->second->changes;
}

void ChangeQueue::seen_settled(const std::string& load_balancer, std::uint64_t quiet_number) {
    const std::lock_guard lock(mutex_);
    const auto found = lanes_.find(load_balancer);
    if (found != lanes_.end() && found->second->changes == quiet_number) {
        found->second->unsettled = false;
    }
}

void ChangeQueue::created(const std::string& load_balancer) {
    const std::lock_guard lock(mutex_);
    const auto mine = lane(load_balancer);
    mine->unsettled = true;
    ++mine->changes;
}

void ChangeQueue::learn(std::string_view child, std::string_view load_balancer) {
    if (child.empty() || load_balancer.empty()) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (owners_.size() >= most_known) {
        owners_.clear();
    }
    owners_.insert_or_assign(std::string(child), std::string(load_balancer));
}

void ChangeQueue::forget(std::string_view child) {
    const std::lock_guard lock(mutex_);
    owners_.erase(std::string(child));
}

std::string ChangeQueue::load_balancer_of(std::string_view child) const {
    const std::lock_guard lock(mutex_);
    const auto found = owners_.find(std::string(child));
    return found == owners_.end() ? std::string() : found->second;
}

}  // namespace openstack::load_balancer
