// Work that goes on after its request was answered: in order for each key, at the same time for different ones.
#pragma once

#include <chrono>
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
    /// Submits it then; until then the key is free for other work.
    void submit_at(std::chrono::steady_clock::time_point time, const std::string& key,
                   std::function<void()> work);
    /// The same as the destructor, early.
    void stop();

  private:
    struct Later {
        std::string key;
        std::function<void()> work;
    };
    void run();
    void enqueue(const std::string& key, std::function<void()> work);
    void enqueue_due(std::chrono::steady_clock::time_point now);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::string, std::deque<std::function<void()>>> waiting_;  ///< a key is here while it has work
    std::deque<std::string> ready_;                                     ///< keys whose next work may start
    std::multimap<std::chrono::steady_clock::time_point, Later> later_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace localcloud::api::compute
