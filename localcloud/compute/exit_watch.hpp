// Notices when instances end, on one thread for all of them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "localcloud/host/descriptor.hpp"
#include "localcloud/host/process_identity.hpp"

namespace localcloud::compute {

class ExitWatch {
  public:
    /// `ended` is called once for each watched instance that ends, `tick` about every `interval`; both on the thread.
    ExitWatch(std::function<void(const std::string& id)> ended, std::function<void()> tick,
              std::chrono::milliseconds interval);
    ~ExitWatch();
    ExitWatch(const ExitWatch&) = delete;
    ExitWatch& operator=(const ExitWatch&) = delete;

    void add(const std::string& id, const host::ProcessIdentity& process);
    /// It may end without notice from now on. A call of `ended` may be under way.
    void remove(const std::string& id);

  private:
    void run(const std::stop_token& stop);
    void look();
    void wake() const;

    std::function<void(const std::string&)> ended_;
    std::function<void()> tick_;
    std::chrono::milliseconds interval_;
    host::Descriptor wake_;
    std::mutex mutex_;
    std::map<std::string, host::ProcessIdentity> watched_;
    std::jthread thread_;
};

}  // namespace localcloud::compute
