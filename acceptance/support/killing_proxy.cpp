#include "acceptance/support/killing_proxy.hpp"

#include <signal.h>

#include "common/testkit/http_client.hpp"
#include "common/testkit/wait.hpp"

namespace acceptance {

using common::testkit::Answer;

namespace {

/// A token is made for oneself, it changes nothing in the cloud.
bool is_change(const common::httpd::Request& request) {
    return request.method != "GET" && request.method != "HEAD" &&
           request.target.find("/auth/tokens") == std::string::npos;
}

}  // namespace

KillingProxy::KillingProxy(std::size_t fatal, Counted counted)
    : fatal_(fatal),
      counted_(counted),
      server_([this](const common::httpd::Request& request) { return pass_on(request); }) {}

void KillingProxy::set_victim(pid_t pid) {
    victim_ = pid;
    victim_.notify_all();
}

Answer KillingProxy::pass_on(const common::httpd::Request& request) {
    const bool counts = counted_ == Counted::all || is_change(request);
    const auto number = counts ? ++count_ : 0;
    // A proxy gets absolute targets: "http://host:port/path?query".
    const auto path_begin = request.target.find('/', std::string("http://").size());
    common::testkit::HttpClient origin(request.target.substr(0, path_begin), std::chrono::minutes(1));
    common::httpd::Headers headers;
    for (const auto& [name, value] : request.headers)
        if (name != "Proxy-Connection" && name != "Connection" && name != "Host" &&
            name != "Content-Length" && name != "Transfer-Encoding" && name != "Expect")
            headers.add(name, value);
    const auto answer =
        origin.request(request.method, request.target.substr(path_begin), request.body.read(), headers);
    if (counts && number == fatal_) {
        victim_.wait(0);
        ::kill(victim_, signal_);
        (void)common::testkit::wait_until([this] { return ::kill(victim_, 0) != 0; },
                                          std::chrono::minutes(1));
        return {.reset = true};
    }
    Answer passed;
    passed.response.status = answer.status;
    passed.response.body = answer.body;
    for (const auto& [name, value] : answer.headers)
        if (name != "Content-Length" && name != "Connection" && name != "Date" && name != "Transfer-Encoding")
            passed.response.headers.add(name, value);
    return passed;
}

}  // namespace acceptance
