#include "faafo/worker/ledger.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "faafo/api/client.hpp"
#include "faafo/api/fractal_json.hpp"

namespace faafo::worker {
namespace {

using queue::LedgerUnavailable;
using store::State;

bool over(State state) {
    return state == State::done || state == State::failed;
}

class StoreLedger : public queue::Ledger {
  public:
    explicit StoreLedger(store::Store& store) : store_(store) {}

    Beginning begin(const std::string& uuid) override {
        const auto fractal = change(uuid, {.state = State::drawing});
        if (!fractal || over(fractal->state)) return {.wanted = false};
        return {.attempt = std::max<std::int64_t>(1, fractal->attempts)};
    }

    bool wanted(const std::string& uuid) override {
        return asking([&] {
            const auto fractal = store_.find(uuid);
            return fractal && !over(fractal->state);
        });
    }

    Hold hold(const std::string& uuid, const std::string& lease) override {
        try {
            const auto fractal = change(uuid, {.state = State::drawing, .lease = lease});
            return fractal && !over(fractal->state) ? Hold::kept : Hold::pointless;
        } catch (const store::LeaseLost&) {
            return Hold::impossible;
        }
    }

    void release(const std::string& uuid) override { (void)change(uuid, {.state = State::queued}); }

    void fail(const std::string& uuid, const std::string& reason) override {
        asking([&] {
            try {
                (void)store_.fail(uuid, reason, std::nullopt);
            } catch (const store::NotFound&) {
                // Deleted: nobody asks any more.
            }
        });
    }

  private:
    template <typename Work>
    static auto asking(Work&& work) -> decltype(work()) {
        try {
            return work();
        } catch (const store::Unavailable& error) {
            throw LedgerUnavailable(error.what());
        }
    }

    /// Nothing when it was deleted.
    std::optional<store::Fractal> change(const std::string& uuid, const store::Change& change) {
        return asking([&]() -> std::optional<store::Fractal> {
            try {
                return store_.change(uuid, change);
            } catch (const store::NotFound&) {
                return std::nullopt;
            }
        });
    }

    store::Store& store_;
};

/// A stop that comes by itself after a while.
class TimeLimit {
  public:
    explicit TimeLimit(std::chrono::milliseconds limit)
        : thread_([this, limit](std::stop_token ended) {
              std::unique_lock lock(mutex_);
              if (!wake_.wait_for(lock, ended, limit, [] { return false; })) source_.request_stop();
          }) {}
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

class HttpLedger : public queue::Ledger {
  public:
    HttpLedger(const std::string& endpoint_url, std::stop_token stop)
        : client_(endpoint_url), stop_(std::move(stop)) {}

    Beginning begin(const std::string& uuid) override {
        const api::Reply reply = put(uuid, R"({"state":"drawing"})", stop_);
        if (reply.status == 404) return {.wanted = false};
        if (!understood(reply)) return {};
        const store::Fractal fractal = fractal_of(reply);
        if (over(fractal.state)) return {.wanted = false};
        return {.attempt = std::max<std::int64_t>(1, fractal.attempts)};
    }

    bool wanted(const std::string& uuid) override {
        const api::Reply reply = request("GET", uuid, {}, stop_);
        if (reply.status == 404) return false;
        if (reply.status != 200) unavailable(reply);
        return !over(fractal_of(reply).state);
    }

    Hold hold(const std::string& uuid, const std::string& lease) override {
        const api::Reply reply =
            put(uuid, fmt::format(R"({{"state":"drawing","lease":{}}})", api::json_string(lease)), stop_);
        if (reply.status == 404) return Hold::pointless;
        if (reply.status == 409 || !understood(reply)) return Hold::impossible;
        return over(fractal_of(reply).state) ? Hold::pointless : Hold::kept;
    }

    void release(const std::string& uuid) override {
        const TimeLimit limit(std::chrono::seconds{3});
        const api::Reply reply = put(uuid, R"({"state":"queued"})", limit.token());
        if (reply.status != 404) (void)understood(reply);
    }

    void fail(const std::string& uuid, const std::string& reason) override {
        const api::Reply reply =
            put(uuid, fmt::format(R"({{"failure_reason":{}}})", api::json_string(reason)), stop_);
        // 4xx: deleted, or the original's API, which knows no failures.
        if (reply.status != 404) (void)understood(reply);
    }

  private:
    [[noreturn]] static void unavailable(const api::Reply& reply) {
        throw LedgerUnavailable(
            fmt::format("the API answered {}: {}", reply.status, api::message_from_json(reply.body)));
    }

    api::Reply request(const std::string& method, const std::string& uuid, const std::string& body,
                       const std::stop_token& stop) {
        try {
            return client_.request(method, "/v1/fractal/" + uuid, body, stop);
        } catch (const api::Unreachable& error) {
            throw LedgerUnavailable(error.what());
        }
    }

    api::Reply put(const std::string& uuid, const std::string& body, const std::stop_token& stop) {
        return request("PUT", uuid, body, stop);
    }

    /// False: this API refuses to hear of it, and always will.
    static bool understood(const api::Reply& reply) {
        if (reply.status >= 200 && reply.status < 300) return true;
        if (reply.status == 400 || reply.status == 422) return false;
        unavailable(reply);
    }

    static store::Fractal fractal_of(const api::Reply& reply) {
        try {
            return api::fractal_from_json(reply.body);
        } catch (const api::BadAnswer& error) {
            throw LedgerUnavailable(fmt::format("the API does not answer like one: {}", error.what()));
        }
    }

    api::Client client_;
    std::stop_token stop_;
};

}  // namespace

std::unique_ptr<queue::Ledger> make_store_ledger(store::Store& store) {
    return std::make_unique<StoreLedger>(store);
}

std::unique_ptr<queue::Ledger> make_http_ledger(const std::string& endpoint_url, std::stop_token stop) {
    return std::make_unique<HttpLedger>(endpoint_url, std::move(stop));
}

}  // namespace faafo::worker
