// One connection: reads a request, has it handled, writes the answer, and again. Internal to this folder.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/httpd/server.hpp"

namespace common::httpd {

class Session;

/// What all connections of a server share. Outlives them.
struct SessionContext {
    ServerOptions options;
    Handler handler;
    boost::asio::thread_pool handlers;

    std::mutex mutex;
    std::condition_variable ended;
    std::unordered_map<const Session*, std::weak_ptr<Session>> sessions;
    bool draining = false;
    std::atomic<bool> abandoned =
        false;  ///< nobody gets an answer any more: what waits for a handler needs none

    std::atomic<std::uint64_t> answer_bytes = 0;  ///< in memory, on their way to clients

    SessionContext(ServerOptions options_, Handler handler_);
};

/// Starts to serve a fresh connection; it lives until its end or until close_session().
void start_session(SessionContext& context, boost::asio::ip::tcp::socket socket,
                   const std::string& listener_tag);

/// Ends a connection after the answer in progress, or at once when it is idle.
void drain_session(const std::shared_ptr<Session>& session);
/// Ends it now.
void close_session(const std::shared_ptr<Session>& session);

}  // namespace common::httpd
