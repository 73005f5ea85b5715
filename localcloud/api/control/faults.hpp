// Faults, delays and holds on demand: rules that say which requests go wrong, and how. For tests of clients.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "common/httpd/message.hpp"
#include "localcloud/api/control/lasting.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::api::control {

using common::httpd::Headers;
using common::httpd::Request;
using common::httpd::Response;

/// One rule; see read_rules() for what a client writes.
struct Rule {
    std::string method;        ///< empty: any
    std::string path_pattern;  ///< as it was written
    std::regex path;           ///< searched in path and query as they were sent
    std::string service;       ///< "compute"; empty: any
    bool instances =
        false;  ///< judges requests that come from inside of instances instead of those from outside
    std::size_t nth = 1;    ///< the first match that it strikes
    std::size_t times = 1;  ///< how many it strikes from there on; 0: all

    bool after = false;  ///< all of the following happens when the work has been done already
    std::chrono::milliseconds delay{0};
    bool hold = false;   ///< until somebody releases it
    bool reset = false;  ///< the connection ends without an answer
    int status = 0;      ///< instead of the true answer; 0: the true one
    Headers headers;
    std::optional<std::string> body;  ///< empty: the service's own words for the status

    std::chrono::milliseconds token_life{0};  ///< of the token that is given out; 0: as it is
    std::string server_fault;                 ///< the server that is made goes to ERROR with these words
};

/// From a JSON array; throws std::invalid_argument with a sentence.
[[nodiscard]] std::vector<Rule> read_rules(const json::value& value);

/// The service that a path belongs to: "compute" for "/compute/v2.1/servers".
[[nodiscard]] std::string service_of(std::string_view path);

class Faults {
  public:
    using Work = std::function<Response()>;
    /// Words an error as the service of the request would.
    using Refuse = std::function<Response(const Request&, int status, const Headers&)>;

    explicit Faults(Refuse refuse) : refuse_(std::move(refuse)) {}

    /// Replaces all rules, and what they left behind is forgotten; what is held goes on.
    void set(std::vector<Rule> rules);
    /// Further rules behind those that there are.
    void add(std::vector<Rule> rules);
    /// What is held goes on; the rules stay.
    void release();
    /// Like set({}), and nothing is delayed or held any more: the cloud ends.
    void close();
    /// The rules with what they have seen.
    [[nodiscard]] json::array describe() const;

    /// Does the work, or what the first rule that strikes says. `struck` tells whether one did.
    [[nodiscard]] Response apply(const Request& request, bool from_instance, const Work& work, bool& struck);

  private:
    struct Counted {
        Rule rule;
        std::size_t matched = 0, struck = 0, held = 0;
    };

    [[nodiscard]] std::shared_ptr<Counted> judge(const Request& request, bool from_instance);
    [[nodiscard]] Response strike(Counted& counted, const Request& request, const Work& work);
    void pause(Counted& counted);
    [[nodiscard]] Response do_work(const Request& request, const Work& work);

    Refuse refuse_;
    Lasting lasting_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::shared_ptr<Counted>> rules_;
    std::size_t releases_ = 0;  ///< each release lets go all that was held before it
    bool closed_ = false;
};

}  // namespace localcloud::api::control
