// How many requests came since the last reset, and what became of the latest ones.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "common/httpd/message.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::api::control {

class RequestLog {
  public:
    /// A request that came; the number is for ended().
    std::uint64_t begun(const common::httpd::Request& request, bool from_instance);
    void ended(std::uint64_t number, const common::httpd::Response& response, bool struck);
    void reset();
    /// {"total", "services": {"compute": {"GET": 3}}, "from_instances": …, "recent": […]}, the oldest first.
    [[nodiscard]] json::object describe(std::size_t most) const;

  private:
    using Counts = std::map<std::string, std::map<std::string, std::size_t>>;  ///< by service, by method
    struct Entry {
        std::string service, method, path;
        bool from_instance = false;
        int status = 0;  ///< 0: not answered yet, or never
        bool struck = false;
    };
    static json::object described(const Counts& counts);

    mutable std::mutex mutex_;
    std::uint64_t first_ = 0;  ///< the number of recent_.front()
    std::size_t total_ = 0;    ///< from outside
    std::deque<Entry> recent_;
    Counts outside_, inside_;
};

}  // namespace localcloud::api::control
