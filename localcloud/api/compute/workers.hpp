// Work that goes on after its request was answered: in order for each key, at the same time for different ones.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace localcloud::api::compute {

class Workers {
  public:
    explicit Workers(std::size_t threads);
    /// Finishes what runs; what waits is dropped, because the state says what is to be done at the next start.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    void submit(const std::string& key, std::function<void()> work);
    /// The same as the destructor, early.
    void stop();

  private:
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::string, std::deque<std::function<void()>>> waiting_;  ///< a key is here while it has work
    std::deque<std::string> ready_;                                     ///< keys whose next work may start
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace localcloud::api::compute
