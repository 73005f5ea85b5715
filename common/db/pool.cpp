#include "common/db/pool.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/db/backend.hpp"

namespace common::db {

using Clock = std::chrono::steady_clock;

struct Pool::Session {
    const Pool& pool;
    soci::session soci;
    /// A second descriptor of the connection: the client library may close its own at any time.
    int socket = -1;
    Clock::time_point begun;
    Clock::time_point deadline = Clock::time_point::max();

    explicit Session(const Pool& owner) : pool(owner) {
        open(soci, pool.url_);
        const BackendTraits& traits = traits_of(soci);
        if (traits.socket_of != nullptr) socket = ::fcntl(traits.socket_of(soci), F_DUPFD_CLOEXEC, 0);
        if (traits.ask_whether_to_end != nullptr) traits.ask_whether_to_end(soci, must_end, this);
    }
    static int must_end(void* session) {
        const auto& self = *static_cast<const Session*>(session);
        return Clock::now() >= self.deadline || self.begun <= self.pool.interrupted_.load() ? 1 : 0;
    }
    ~Session() {
        if (socket >= 0) ::close(socket);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
};

Pool::Pool(DatabaseUrl url, std::size_t size, std::chrono::milliseconds patience,
           std::chrono::milliseconds longest_use)
    : url_(std::move(url)), patience_(patience), longest_use_(longest_use), idle_(size) {
    if (size == 0) throw std::invalid_argument("a pool of database sessions needs at least one");
    if (size > 1 && url_.backend == Backend::sqlite && url_.path == ":memory:") {
        throw std::invalid_argument(
            "each session of a database in memory sees one of its own: use a pool of one");
    }
    if (url_.backend == Backend::sqlite) return;
    in_use_.reserve(size);
    watchdog_ = std::jthread([this](const std::stop_token& stop) { cut_off(stop); });
}

Pool::~Pool() = default;

std::unique_ptr<Pool::Session> Pool::take() {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_for(lock, patience_, [this] { return !idle_.empty(); })) {
        throw PoolExhausted("all sessions with the database are in use");
    }
    auto session = std::move(idle_.back());
    idle_.pop_back();
    return session;
}

void Pool::give_back(std::unique_ptr<Session> session) noexcept {
    {
        const std::lock_guard lock(mutex_);
        // There is room: take() made it. Open ones are at the back.
        idle_.insert(session ? idle_.end() : idle_.begin(), std::move(session));
    }
    returned_.notify_one();
}

void Pool::close_idle() noexcept {
    std::vector<std::unique_ptr<Session>> dead;
    const std::lock_guard lock(mutex_);
    for (auto& session : idle_)
        dead.push_back(std::exchange(session, nullptr));
}

void Pool::interrupt() noexcept {
    interrupted_ = Clock::now();
}

void Pool::watch(Session& session, std::chrono::milliseconds time) {
    const auto deadline = Clock::now() + time;
    if (session.socket < 0) {
        session.deadline = deadline;  // asked for by the statements of this thread
        return;
    }
    const std::lock_guard lock(mutex_);
    session.deadline = deadline;
    if (std::ranges::find(in_use_, &session) == in_use_.end()) in_use_.push_back(&session);
}

void Pool::unwatch(Session* session) noexcept {
    if (session == nullptr || session->socket < 0) return;
    const std::lock_guard lock(mutex_);
    std::erase(in_use_, session);
}

// It looks now and then rather than at each deadline, so that a lease costs no wake-up.
void Pool::cut_off(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        for (const Session* session : in_use_) {
            if (Clock::now() >= session->deadline) ::shutdown(session->socket, SHUT_RDWR);
        }
        stopped_.wait_for(lock, stop, longest_use_ / 8, [] { return false; });
    }
}

Pool::Lease Pool::lease() {
    return {*this, take()};
}

Pool::Lease::Lease(Pool& pool, std::unique_ptr<Session> session) : pool_(pool), session_(std::move(session)) {
    if (session_) {
        session_->begun = Clock::now();
        pool_.watch(*session_, pool_.longest_use_);
        return;
    }
    try {
        renew();
    } catch (...) {
        pool_.give_back(nullptr);
        throw;
    }
}

Pool::Lease::~Lease() {
    pool_.unwatch(session_.get());
    pool_.give_back(std::move(session_));
}

soci::session& Pool::Lease::session() {
    return session_->soci;
}

void Pool::Lease::discard() noexcept {
    pool_.unwatch(session_.get());
    session_.reset();
    pool_.close_idle();
}

void Pool::Lease::renew() {
    pool_.unwatch(session_.get());
    session_.reset();
    session_ = std::make_unique<Session>(pool_);
    fresh_ = true;
    session_->begun = Clock::now();
    pool_.watch(*session_, pool_.longest_use_);
}

void Pool::Lease::allow(std::chrono::milliseconds time) {
    pool_.watch(*session_, time);
}

}  // namespace common::db
