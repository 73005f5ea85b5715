// A running localcloud under a test's control: faults, delays and holds at chosen requests, and counts of requests.
//
//     CloudControl control{state_folder};                  // of a cloud that is up
//     control.set({.method = "POST", .path = "/servers$", .status = 500});         // the first such request fails
//     control.set({.nth = 7, .reset = true, .after = true});                       // the seventh of all: done, no answer
//     control.set({.method = "GET", .times = Fault::always, .delay = 50ms});       // a slow cloud
//
// To kill a program at its n-th request, hold that one:
//
//     control.set({.nth = n, .hold = true, .after = true});   // without `after`: before the cloud does anything
//     Child program{…};
//     ASSERT_TRUE(control.wait_until_held());
//     program.signal(SIGKILL);
//     control.clear();                                          // what is held goes on
//
// And to know how many requests a program sends: reset_requests(), run it, requests().total.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace localcloud::testing {

/// What goes wrong, and when. Say at least one of status, reset, hold, delay, token_life and server_fault.
struct Fault {
    static constexpr std::size_t always = 0;

    std::string method;     ///< "POST"; empty: any
    std::string path;       ///< a regular expression, searched in path and query as sent; empty: any
    std::string service;    ///< "compute", "network", "image", "identity", "object-store" …; empty: any
    std::size_t nth = 1;    ///< the first of the matching requests that it strikes
    std::size_t times = 1;  ///< how many from there on; or `always`
    int status = 0;         ///< the answer, in the service's words; a 429 says to retry after a second
    bool reset = false;     ///< no answer: the connection is reset
    std::chrono::milliseconds delay{0};
    bool hold = false;   ///< until release(), clear(), set(), or a minute later
    bool after = false;  ///< all this comes when the work has been done: the true answer is lost
    std::map<std::string, std::string> headers;  ///< {{"Retry-After", "3"}}, with a status
    std::optional<std::string> body;             ///< instead of the service's words, with a status
    std::chrono::milliseconds token_life{0};     ///< of the token that Keystone gives out; it says so
    std::string server_fault;  ///< the server that Nova makes goes to ERROR with these words, until clear()
    bool instances = false;    ///< judges the requests that instances send, and none of the others
};

/// A fault and what it has seen so far.
struct FaultCount {
    std::string method, path;
    std::size_t matched = 0, struck = 0;
    std::size_t held = 0;  ///< requests that wait now
};

struct SeenRequest {
    std::string service, method, path;  ///< without the query
    int status = 0;                     ///< 0: no answer (yet)
    bool struck = false;                ///< by a fault
    bool from_instance = false;
};

struct RequestCounts {
    std::size_t total = 0;  ///< from outside of instances, as are the counts
    std::map<std::string, std::map<std::string, std::size_t>> by_service;  ///< "compute" → "GET" → 12
    std::vector<SeenRequest> recent;  ///< in the order in which they came, at most the last ten thousand

    /// Of one service, or of all; of one method, or of all.
    [[nodiscard]] std::size_t count(const std::string& service = {}, const std::string& method = {}) const;
};

/// Every call throws std::runtime_error with what the cloud said unless it did what was asked. Thread-safe.
class CloudControl {
  public:
    /// `state` is the folder given to --state, or made by `localcloud up`. The cloud is up.
    explicit CloudControl(std::filesystem::path state);
    ~CloudControl();
    CloudControl(const CloudControl&) = delete;
    CloudControl& operator=(const CloudControl&) = delete;

    /// This one instead of those before.
    void set(const Fault& fault) { set_all({fault}); }
    void set_all(const std::vector<Fault>& faults);
    /// Besides those before; the first that strikes decides.
    void add(const Fault& fault);
    /// No faults; what is held goes on.
    void clear();
    [[nodiscard]] std::vector<FaultCount> faults() const;
    /// Whether the first fault has struck at least once.
    [[nodiscard]] bool struck() const;

    /// True as soon as a request is held.
    [[nodiscard]] bool wait_until_held(std::chrono::milliseconds patience = std::chrono::seconds{20}) const;
    /// Lets those go that are held now; the faults stay.
    void release();

    [[nodiscard]] RequestCounts requests() const;
    /// Counts from zero again.
    void reset_requests();

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

  private:
    struct Connection;
    std::filesystem::path state_;
    std::string endpoint_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace localcloud::testing
