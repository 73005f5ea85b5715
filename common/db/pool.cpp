#include "common/db/pool.hpp"

#include <utility>

namespace common::db {

Pool::Pool(DatabaseUrl url, std::size_t size, std::chrono::milliseconds patience)
    : url_(std::move(url)), patience_(patience), idle_(size) {
    if (size == 0) throw std::invalid_argument("a pool of database sessions needs at least one");
    if (size > 1 && url_.backend == Backend::sqlite && url_.path == ":memory:") {
        throw std::invalid_argument(
            "each session of a database in memory sees one of its own: use a pool of one");
    }
}

std::unique_ptr<soci::session> Pool::take() {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_for(lock, patience_, [this] { return !idle_.empty(); })) {
        throw PoolExhausted("all sessions with the database are in use");
    }
    auto session = std::move(idle_.back());
    idle_.pop_back();
    return session;
}

void Pool::give_back(std::unique_ptr<soci::session> session) noexcept {
    {
        const std::lock_guard lock(mutex_);
        // There is room: take() made it. Open ones are at the back.
        idle_.insert(session ? idle_.end() : idle_.begin(), std::move(session));
    }
    returned_.notify_one();
}

void Pool::close_idle() noexcept {
    std::vector<std::unique_ptr<soci::session>> dead;
    const std::lock_guard lock(mutex_);
    for (auto& session : idle_)
        dead.push_back(std::exchange(session, nullptr));
}

Pool::Lease Pool::lease() {
    return {*this, take()};
}

Pool::Lease::Lease(Pool& pool, std::unique_ptr<soci::session> session)
    : pool_(pool), session_(std::move(session)) {
    if (session_) return;
    try {
        renew();
    } catch (...) {
        pool_.give_back(nullptr);
        throw;
    }
}

Pool::Lease::~Lease() {
    pool_.give_back(std::move(session_));
}

void Pool::Lease::discard() noexcept {
    session_.reset();
    pool_.close_idle();
}

void Pool::Lease::renew() {
    session_.reset();
    auto session = std::make_unique<soci::session>();
    open(*session, pool_.url_);
    session_ = std::move(session);
    fresh_ = true;
}

}  // namespace common::db
