// The application as its users see it: fractals that are asked for, and what became of them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace acceptance {

struct Fractal {
    std::string uuid;
    std::string state;         ///< queued, drawing, done, failed
    std::string generated_by;  ///< the worker; empty before it is done
    std::int64_t attempts = 0;
    bool has_checksum = false;
};

struct Backlog {
    std::int64_t queued = 0, drawing = 0, done = 0, failed = 0;
    [[nodiscard]] bool empty() const { return queued == 0 && drawing == 0; }
};

/// One API, or what stands in front of several.
class Application {
  public:
    explicit Application(std::string url) : url_(std::move(url)) {}

    [[nodiscard]] const std::string& url() const { return url_; }
    /// Asks for a picture that takes no time.
    [[nodiscard]] std::string ask_for_a_small_one() const;
    /// Asks for pictures of which each takes about a second of one core: orbits that neither leave nor repeat.
    [[nodiscard]] std::vector<std::string> ask_for_long_ones(int count) const;
    [[nodiscard]] Backlog backlog() const;
    /// All of them, page by page.
    [[nodiscard]] std::vector<Fractal> fractals() const;
    /// False when something is still to be done in the end.
    [[nodiscard]] bool finishes(std::chrono::milliseconds timeout) const;

  private:
    /// The UUID of what was answered with 201; empty when it was not.
    [[nodiscard]] std::string ask(const std::string& body) const;

    std::string url_;
};

/// Goes on asking for small fractals, one API after the other, until it is stopped; keeps what it was promised.
class KeepsAsking {
  public:
    explicit KeepsAsking(std::vector<Application> apis);

    /// With the UUIDs of all that was answered with 201.
    [[nodiscard]] std::set<std::string> stop();
    [[nodiscard]] int promised() const { return promised_; }
    [[nodiscard]] int refused() const { return refused_; }

  private:
    void run(const std::stop_token& stop);

    std::vector<Application> apis_;
    std::set<std::string> uuids_;  // of the thread until it is joined
    std::atomic<int> promised_ = 0, refused_ = 0;
    std::jthread thread_;
};

/// A client that asks for the same page again and again, and when each request that failed was begun.
class KeepsLooking {
  public:
    using Clock = std::chrono::steady_clock;
    enum class Connections { one, one_each };  ///< for all requests, or for each its own

    KeepsLooking(std::string url, Connections connections);

    void stop();
    [[nodiscard]] int answered() const { return answered_; }
    /// After stop().
    [[nodiscard]] const std::map<Clock::time_point, std::string>& failed() const { return failed_; }

  private:
    void run(const std::stop_token& stop);

    std::string url_;
    Connections connections_;
    std::atomic<int> answered_ = 0;
    std::map<Clock::time_point, std::string> failed_;  // of the thread until it is joined
    std::jthread thread_;
};

}  // namespace acceptance
