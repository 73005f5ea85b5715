#include <curl/curl.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <vector>

#include "sdk/src/http/transfer.hpp"
#include "sdk/src/http/transport.hpp"

namespace openstack::http {
namespace {

using Clock = std::chrono::steady_clock;

void start_curl_once() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
            throw TransportFault(Fault::not_sent, "libcurl does not start");
        }
    });
}

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

/// So that a limit that is meant as "none" can be added to a point in time, and fits into what curl counts with.
TransportOptions within_reason(TransportOptions options) {
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24L * 365);
    constexpr std::chrono::milliseconds longest_connect = std::chrono::hours(24);
    options.connect_timeout = std::min(options.connect_timeout, longest_connect);
    options.idle_timeout = std::min(options.idle_timeout, longest);
    options.queue_timeout = std::min(options.queue_timeout, longest);
    return options;
}

bool is_folder(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

class CurlTransport final : public Transport {
  public:
    explicit CurlTransport(const TransportOptions& options)
        : options_(within_reason(options)), cacert_is_folder_(is_folder(options.cacert)) {
        start_curl_once();
        multi_.reset(curl_multi_init());
        if (!multi_) throw std::bad_alloc();
        curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                          static_cast<long>(options.max_connections_per_host));
        // Its default follows the number of transfers at this moment, so that a quiet one loses the connections.
        curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                          static_cast<long>(options.max_connections_per_host));
        curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
        thread_ = std::jthread([this] { run(); });
    }

    ~CurlTransport() override {
        {
            // Under the lock, because the thread takes the multi handle down as soon as it sees `closing_`.
            const std::lock_guard lock(mutex_);
            closing_ = true;
            curl_multi_wakeup(multi_.get());
        }
        thread_.join();
    }

    WireAnswer perform(const WireRequest& request) override {
        if (request.stop.stop_requested()) throw TransportFault(Fault::cancelled, "the call was cancelled");
        if (request.deadline && *request.deadline <= Clock::now()) {
            throw TransportFault(Fault::deadline, "the deadline has passed");
        }
        const auto transfer = std::make_shared<Transfer>(request, options_);
        submit({Command::Kind::start, transfer});
        const auto cancel = [&] { submit({Command::Kind::cancel, transfer}); };
        const std::stop_callback on_stop(request.stop, cancel);
        return transfer->wait([&] { submit({Command::Kind::resume, transfer}); }, cancel);
    }

  private:
    struct Command {
        enum class Kind { start, resume, cancel } kind;
        std::shared_ptr<Transfer> transfer;
    };
    struct Active {
        std::shared_ptr<Transfer> transfer;
        Easy easy;
    };

    void submit(Command command) {
        {
            const std::lock_guard lock(mutex_);
            commands_.push_back(std::move(command));
        }
        curl_multi_wakeup(multi_.get());
    }

    void run() {
        // The program's signals are for its own threads, and OpenSSL writing to a lost connection raises SIGPIPE.
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        while (obey()) {
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            collect_finished();
            const auto next = expire();
            const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
            curl_multi_poll(multi_.get(), nullptr, 0,
                            static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60000)), nullptr);
        }
        while (!active_.empty()) {
            end(active_.begin()->first, Fault::cancelled, "the connection was closed");
        }
        // Here rather than in the destructor: saying goodbye on lost TLS connections raises SIGPIPE too.
        spare_.clear();
        multi_.reset();
    }

    /// False when the transport is being closed.
    bool obey() {
        std::deque<Command> commands;
        {
            const std::lock_guard lock(mutex_);
            if (closing_) return false;
            commands.swap(commands_);
        }
        for (auto& [kind, transfer] : commands) {
            if (kind == Command::Kind::start) {
                start(transfer);
            } else if (CURL* easy = transfer->easy(); easy != nullptr) {
                if (kind == Command::Kind::resume) {
                    transfer->unpause();
                } else {
                    end(easy, Fault::cancelled, "the call was cancelled");
                }
            }
        }
        return true;
    }

    void start(const std::shared_ptr<Transfer>& transfer) {
        Easy easy;
        if (spare_.empty()) {
            easy.reset(curl_easy_init());
        } else {
            easy = std::move(spare_.back());
            spare_.pop_back();
        }
        if (!easy) {
            transfer->finish(Fault::not_sent, "libcurl gives no handle");
            return;
        }
        try {
            set_certificates(easy.get());
            transfer->attach(easy.get());
        } catch (const std::exception& error) {
            transfer->finish(Fault::not_sent, error.what());
            return;
        }
        if (const auto code = curl_multi_add_handle(multi_.get(), easy.get()); code != CURLM_OK) {
            transfer->finish(Fault::not_sent, curl_multi_strerror(code));
            return;
        }
        CURL* const key = easy.get();
        active_.emplace(key, Active{transfer, std::move(easy)});
    }

    void set_certificates(CURL* easy) const {
        const auto set = [easy](CURLoption option, const std::string& value) {
            if (!value.empty()) curl_easy_setopt(easy, option, value.c_str());
        };
        set(cacert_is_folder_ ? CURLOPT_CAPATH : CURLOPT_CAINFO, options_.cacert);
        set(CURLOPT_SSLCERT, options_.cert);
        set(CURLOPT_SSLKEY, options_.key);
    }

    void collect_finished() {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode code = message->data.result;
            release(message->easy_handle)->finish(code);
        }
    }

    /// Ends what has run out of time; returns when to look again.
    Clock::time_point expire() {
        const auto now = Clock::now();
        auto next = now + std::chrono::minutes(1);
        std::vector<CURL*> expired;
        for (const auto& [easy, active] : active_) {
            const auto expires = active.transfer->expires();
            if (expires <= now) {
                expired.push_back(easy);
            } else {
                next = std::min(next, expires);
            }
        }
        for (CURL* const easy : expired) {
            auto [fault, text] = active_.at(easy).transfer->expiry(now);
            end(easy, fault, std::move(text));
        }
        return next;
    }

    void end(CURL* easy, Fault fault, std::string text) { release(easy)->finish(fault, std::move(text)); }

    std::shared_ptr<Transfer> release(CURL* easy) {
        auto node = active_.extract(easy);
        curl_multi_remove_handle(multi_.get(), easy);
        curl_easy_reset(easy);
        constexpr std::size_t kept_handles = 64;
        if (spare_.size() < kept_handles) spare_.push_back(std::move(node.mapped().easy));
        return std::move(node.mapped().transfer);
    }

    const TransportOptions options_;
    const bool cacert_is_folder_;
    Multi multi_;

    // The event thread's.
    std::unordered_map<CURL*, Active> active_;
    std::vector<Easy> spare_;

    std::mutex mutex_;
    std::deque<Command> commands_;
    bool closing_ = false;

    std::jthread thread_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport(const TransportOptions& options) {
    return std::make_shared<CurlTransport>(options);
}

}  // namespace openstack::http
