// One exchange in flight, seen from both sides: the event thread, which owns the curl handle and moves bytes,
// and the caller's thread, which waits and runs the caller's body source and sink. The sides share two bounded
// buffers; when one of them is full (or empty) curl pauses the transfer until the caller has caught up.
#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/src/http/transport.hpp"

namespace openstack::http {

class Transfer {
  public:
    using Clock = std::chrono::steady_clock;

    Transfer(const WireRequest& request, const TransportOptions& options);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    // The caller's thread.
    /// Waits for the end, feeding the source and draining the sink. `resume` asks the event thread to unpause.
    /// What source or sink throw is thrown after `cancel` has been called and the transfer has ended.
    WireAnswer wait(const std::function<void()>& resume, const std::function<void()>& cancel);

    // The event thread.
    void attach(CURL* easy);
    /// curl's own result for the transfer.
    void finish(CURLcode code);
    void finish(Fault fault, std::string text);
    void unpause();
    /// When the transfer has to end unless something happens; why it ended, when that moment has passed.
    [[nodiscard]] Clock::time_point expires() const;
    [[nodiscard]] std::pair<Fault, std::string> expiry(Clock::time_point now) const;
    [[nodiscard]] CURL* easy() const { return easy_; }

  private:
    struct Outcome {
        std::optional<Fault> fault;
        std::string text;
    };

    static int on_connected(void* self, char* address, char* own_address, int port, int own_port);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self);
    static int on_seek(void* self, curl_off_t offset, int origin);

    [[nodiscard]] bool accept_header(std::string_view line);
    [[nodiscard]] std::size_t accept_body(std::string_view bytes);
    [[nodiscard]] std::size_t give_body(char* buffer, std::size_t capacity);
    void set_method_and_body();
    void set_headers();
    void complete(Outcome outcome);
    [[nodiscard]] bool streams_in() const { return request_.sink && answer_.status / 100 == 2; }
    [[nodiscard]] bool upload() const { return request_.source != nullptr || !request_.body.empty(); }
    [[nodiscard]] Outcome explain(CURLcode code) const;
    /// Until there is a connection curl keeps the time for making it, but not for waiting until one is free.
    [[nodiscard]] std::chrono::milliseconds longest_queueing() const {
        return std::max(options_.queue_timeout, options_.connect_timeout);
    }
    void read_source(std::unique_lock<std::mutex>& lock, std::string& buffer);

    // Fixed before the transfer starts.
    const WireRequest& request_;
    const TransportOptions& options_;

    // The event thread's.
    CURL* easy_ = nullptr;
    curl_slist* header_list_ = nullptr;
    std::string curl_error_;
    WireAnswer answer_;
    std::size_t header_bytes_ = 0;
    bool headers_done_ = false;
    std::size_t sent_ = 0;  ///< of the body in memory
    Outcome refused_;       ///< why a callback stopped curl
    bool connected_ = false;
    Clock::time_point last_progress_ = Clock::now();

    // Shared.
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string incoming_;  ///< for the sink
    std::string outgoing_;  ///< from the source
    std::size_t outgoing_sent_ = 0;
    std::uint64_t source_given_ = 0;
    bool source_ended_ = false;
    bool receive_paused_ = false;
    bool send_paused_ = false;
    bool done_ = false;
    Outcome outcome_;
};

}  // namespace openstack::http
