#include "common/testkit/scripted_server.hpp"

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "common/testkit/request_reader.hpp"
#include "common/testkit/socket.hpp"

namespace common::testkit {
namespace {

using common::httpd::Request;
using common::httpd::Response;

std::string body_of(const Response& response) {
    if (!response.file) return response.body;
    const common::httpd::Body file(std::make_shared<const std::filesystem::path>(*response.file),
                                   std::filesystem::file_size(*response.file));
    return file.read().substr(response.file_offset, response.file_length.value_or(std::string::npos));
}

std::string head_of(const Response& response, std::size_t length, bool close) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " +
                       std::string(common::httpd::reason_phrase(response.status)) + "\r\n";
    for (const auto& [name, value] : response.headers)
        head += name + ": " + value + "\r\n";
    const bool has_length =
        response.headers.contains("Content-Length") || response.headers.contains("Transfer-Encoding");
    if (!has_length && response.status != 204 && response.status != 304) {
        head += "Content-Length: " + std::to_string(length) + "\r\n";
    }
    if (close && !response.headers.contains("Connection")) head += "Connection: close\r\n";
    return head + "\r\n";
}

}  // namespace

struct ScriptedServer::Impl {
    struct Connection {
        Socket socket;
        std::jthread thread;
    };

    std::function<Answer(const Request&)> answer;
    ListeningSocket listener;
    mutable std::mutex mutex;
    std::condition_variable stopping;
    bool stopped = false;
    std::vector<Request> requests;
    std::list<Connection> connections;  // also the ended ones: they are what connections() counts
    std::jthread accepting;

    explicit Impl(std::function<Answer(const Request&)> answer_) : answer(std::move(answer_)) {
        accepting = std::jthread([this] { accept_all(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            stopped = true;
            for (const Connection& connection : connections)
                connection.socket.shutdown();
        }
        stopping.notify_all();
        listener.shutdown();
        accepting.join();
        for (Connection& connection : connections) {
            if (connection.thread.joinable()) connection.thread.join();
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void accept_all() {
        while (true) {
            Socket socket = listener.accept();
            const std::lock_guard lock(mutex);
            if (!socket.open() || stopped) return;
            Connection& connection = connections.emplace_back();
            connection.socket = std::move(socket);
            connection.thread = std::jthread([this, &connection] { serve(connection); });
        }
    }

    void serve(Connection& connection) {
        RequestReader reader(connection.socket);
        bool reset = false;
        while (auto request = reader.next()) {
            {
                const std::lock_guard lock(mutex);
                requests.push_back(*request);
            }
            const Answer next = answer_to(*request);
            if (!wait(next.delay)) break;
            reset = next.reset || next.response.reset_connection;
            if (reset || !send(connection.socket, *request, next)) break;
        }
        const std::lock_guard lock(mutex);  // against shutdown() of a number that is no longer ours
        reset ? connection.socket.reset() : connection.socket.close();
    }

    Answer answer_to(const Request& request) const {
        try {
            return answer(request);
        } catch (const std::exception& failure) {
            return {.response = {.status = 500, .body = std::string("the script failed: ") + failure.what()}};
        }
    }

    // False when the server goes meanwhile.
    bool wait(std::chrono::milliseconds delay) {
        std::unique_lock lock(mutex);
        return !stopping.wait_for(lock, delay, [this] { return stopped; });
    }

    // True if the connection can take another request.
    static bool send(const Socket& socket, const Request& request, const Answer& next) {
        if (next.raw) {
            socket.send(*next.raw);
            return false;
        }
        std::string body = body_of(next.response);
        const bool close = request.headers.get("Connection") == "close" ||
                           next.response.headers.get("Connection") == "close";
        std::string message = head_of(next.response, body.size(), close);
        if (next.cut_after_bytes) body.resize(std::min(body.size(), *next.cut_after_bytes));
        if (request.method != "HEAD") message += body;
        return socket.send(message) && !next.cut_after_bytes && !close;
    }
};

ScriptedServer::ScriptedServer(std::function<Answer(const Request&)> answer)
    : impl_(std::make_unique<Impl>(std::move(answer))) {}
ScriptedServer::~ScriptedServer() = default;

std::string ScriptedServer::url() const {
    return "http://127.0.0.1:" + std::to_string(port());
}
std::uint16_t ScriptedServer::port() const {
    return impl_->listener.port();
}

std::vector<Request> ScriptedServer::requests() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->requests;
}

std::size_t ScriptedServer::connections() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->connections.size();
}

Answer json_answer(std::string body, int status) {
    return {.response = {.status = status,
                         .headers = {{"Content-Type", "application/json"}},
                         .body = std::move(body)}};
}

}  // namespace common::testkit
