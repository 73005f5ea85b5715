#include "sdk/src/http/transfer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <exception>

#include "sdk/src/http/text.hpp"
#include "sdk/src/http/url.hpp"

namespace openstack::http {
namespace {

/// The caller may be this far behind curl, and curl this far behind the caller.
constexpr std::size_t buffer_size = 512U << 10U;

/// A request that must not be sent twice takes no connection that has been idle for longer: the server may be
/// closing it just now, and then nobody could tell whether the request was seen.
constexpr long maximum_idle_before_unrepeatable = 4;

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
    if (const auto code = curl_easy_setopt(easy, option, value); code != CURLE_OK) {
        throw TransportFault(Fault::not_sent,
                             std::string("libcurl refuses an option: ") + curl_easy_strerror(code));
    }
}

std::string host_of(const std::string& url) {
    const auto parsed = Url::parse(url);
    return parsed ? parsed->origin() : "the server";
}

std::string in_seconds(std::chrono::milliseconds time) {
    const auto tenths = time.count() / 100;
    return std::to_string(tenths / 10) + (tenths % 10 != 0 ? "." + std::to_string(tenths % 10) : "") + " s";
}

}  // namespace

Transfer::Transfer(const WireRequest& request, const TransportOptions& options)
    : request_(request), options_(options), curl_error_(CURL_ERROR_SIZE, '\0') {}

Transfer::~Transfer() {
    curl_slist_free_all(header_list_);
}

void Transfer::attach(CURL* easy) {
    easy_ = easy;
    last_progress_ = Clock::now();
    set(easy, CURLOPT_URL, request_.url.c_str());
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_PATH_AS_IS, 1L);
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_QUICK_EXIT, 1L);  // a cancelled name look-up must not hold up the event thread
    set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's answer to CONNECT is not the service's
    if (request_.url.starts_with("https:")) set(easy, CURLOPT_PIPEWAIT, 1L);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(easy, CURLOPT_SSL_VERIFYPEER, options_.verify ? 1L : 0L);
    set(easy, CURLOPT_SSL_VERIFYHOST, options_.verify ? 2L : 0L);
    set(easy, CURLOPT_ERRORBUFFER, curl_error_.data());
    set(easy, CURLOPT_BUFFERSIZE, 128L << 10U);
    set(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
    set(easy, CURLOPT_PREREQDATA, this);
    set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(easy, CURLOPT_HEADERDATA, this);
    set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(easy, CURLOPT_WRITEDATA, this);
    // A stored object that carries a Content-Encoding has to arrive as it is.
    if (!request_.sink) set(easy, CURLOPT_ACCEPT_ENCODING, "");
    set_method_and_body();
    set_headers();
}

void Transfer::set_method_and_body() {
    const auto& method = request_.method;
    if (method == "HEAD") {
        set(easy_, CURLOPT_NOBODY, 1L);
        return;
    }
    // These have a body by nature: an empty one is announced too (some servers want Content-Length: 0).
    const bool has_body = upload() || method == "POST" || method == "PUT" || method == "PATCH";
    if (has_body) {
        set(easy_, CURLOPT_UPLOAD, 1L);
        set(easy_, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10U);
        set(easy_, CURLOPT_READFUNCTION, &Transfer::on_read);
        set(easy_, CURLOPT_READDATA, this);
        set(easy_, CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
        set(easy_, CURLOPT_SEEKDATA, this);
        if (!request_.source) {
            set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        } else if (request_.source->size) {
            set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(*request_.source->size));
        }
    }
    set(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
    if (!request_.repeatable) {
        if (upload()) {
            set(easy_, CURLOPT_MAXAGE_CONN, maximum_idle_before_unrepeatable);
        } else {
            // Without a body curl could repeat it unasked, because there is nothing that on_seek could refuse.
            set(easy_, CURLOPT_FRESH_CONNECT, 1L);
        }
    }
}

void Transfer::set_headers() {
    const auto append = [this](const std::string& line) {
        curl_slist* longer = curl_slist_append(header_list_, line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        header_list_ = longer;
    };
    for (const auto& [name, value] : request_.headers) {
        append(value.empty() ? name + ";" : name + ": " + value);  // curl's way of writing an empty field
    }
    // A body that cannot be sent twice waits for the server's consent; all others need no such round trip.
    if (!request_.source || request_.source->rewind) append("Expect:");
    if (!request_.headers.find("Content-Type")) append("Content-Type:");
    set(easy_, CURLOPT_HTTPHEADER, header_list_);
}

int Transfer::on_connected(void* self, char* /*address*/, char* /*own_address*/, int /*port*/,
                           int /*own_port*/) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.connected_ = true;
    transfer.last_progress_ = Clock::now();
    return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->accept_header({data, size * count}) ? size * count : 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->accept_body({data, size * count});
}

std::size_t Transfer::on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->give_body(buffer, size * count);
}

int Transfer::on_seek(void* self, curl_off_t offset, int origin) {
    auto& transfer = *static_cast<Transfer*>(self);
    const bool in_memory = !transfer.request_.source;
    if (!in_memory || !transfer.request_.repeatable || origin != SEEK_SET || offset != 0) {
        return CURL_SEEKFUNC_FAIL;
    }
    transfer.sent_ = 0;
    return CURL_SEEKFUNC_OK;
}

bool Transfer::accept_header(std::string_view line) {
    last_progress_ = Clock::now();
    header_bytes_ += line.size();
    if (header_bytes_ > options_.max_headers) {
        refused_ = {Fault::protocol, "the answer has more than " + std::to_string(options_.max_headers) +
                                         " bytes of header fields"};
        return false;
    }
    line = trim(line);
    if (line.starts_with("HTTP/") && !headers_done_) {
        answer_ = {};
        const auto space = line.find(' ');
        if (space == std::string_view::npos) return true;
        const auto digits = line.substr(space + 1, 3);
        std::from_chars(digits.data(), digits.data() + digits.size(), answer_.status);
        return true;
    }
    if (line.empty()) {
        headers_done_ = answer_.status >= 200;  // an interim answer is followed by another status line
        return true;
    }
    const auto colon = line.find(':');
    if (headers_done_ || colon == std::string_view::npos) return true;  // trailers, folded lines
    answer_.headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
    return true;
}

std::size_t Transfer::accept_body(std::string_view bytes) {
    last_progress_ = Clock::now();
    if (!streams_in()) {
        if (answer_.body.size() + bytes.size() > options_.max_body) {
            refused_ = {Fault::protocol,
                        "the answer's body is longer than " + std::to_string(options_.max_body) + " bytes"};
            return 0;
        }
        answer_.body += bytes;
        return bytes.size();
    }
    const std::lock_guard lock(mutex_);
    if (incoming_.size() >= buffer_size) {
        receive_paused_ = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    incoming_ += bytes;
    changed_.notify_all();
    return bytes.size();
}

std::size_t Transfer::give_body(char* buffer, std::size_t capacity) {
    last_progress_ = Clock::now();
    if (!request_.source) {
        const auto bytes = std::string_view(request_.body).substr(sent_, capacity);
        std::memcpy(buffer, bytes.data(), bytes.size());
        sent_ += bytes.size();
        return bytes.size();
    }
    const std::lock_guard lock(mutex_);
    const auto bytes = std::string_view(outgoing_).substr(outgoing_sent_, capacity);
    if (!bytes.empty()) {
        std::memcpy(buffer, bytes.data(), bytes.size());
        outgoing_sent_ += bytes.size();
        if (outgoing_sent_ == outgoing_.size()) {
            outgoing_.clear();
            outgoing_sent_ = 0;
            changed_.notify_all();
        }
        return bytes.size();
    }
    if (source_ended_) return 0;
    send_paused_ = true;
    changed_.notify_all();
    return CURL_READFUNC_PAUSE;
}

void Transfer::unpause() {
    {
        const std::lock_guard lock(mutex_);
        if (done_) return;
        receive_paused_ = send_paused_ = false;
    }
    last_progress_ = Clock::now();
    if (easy_ != nullptr) curl_easy_pause(easy_, CURLPAUSE_CONT);
}

Transfer::Clock::time_point Transfer::expires() const {
    auto end = request_.deadline.value_or(Clock::time_point::max());
    const std::lock_guard lock(mutex_);
    if (!receive_paused_ && !send_paused_) {
        end = std::min(end, last_progress_ + (connected_ ? options_.idle_timeout : longest_queueing()));
    }
    return end;
}

std::pair<Fault, std::string> Transfer::expiry(Clock::time_point now) const {
    if (request_.deadline && *request_.deadline <= now) return {Fault::deadline, "the deadline has passed"};
    if (!connected_) {
        return {Fault::not_sent, "none of the " + std::to_string(options_.max_connections_per_host) +
                                     " connections to " + host_of(request_.url) + " became free within " +
                                     in_seconds(longest_queueing())};
    }
    return {Fault::lost,
            host_of(request_.url) + " has sent nothing for " + in_seconds(options_.idle_timeout)};
}

Transfer::Outcome Transfer::explain(CURLcode code) const {
    if (code == CURLE_OK) return {};
    if (refused_.fault) return refused_;
    const std::string detail = curl_error_.front() != '\0' ? curl_error_.substr(0, curl_error_.find('\0'))
                                                           : std::string(curl_easy_strerror(code));
    const auto host = host_of(request_.url);
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
        case CURLE_OPERATION_TIMEDOUT:  // the only time limit that curl itself keeps here is that for connecting
            return {Fault::not_sent, "no connection to " + host + " (" + detail + ")"};
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SSL_CLIENTCERT:
        case CURLE_USE_SSL_FAILED:
            return {Fault::tls,
                    "TLS with " + host + " failed (" + detail +
                        "); `cacert` in the cloud's entry names the certificate authority to trust"};
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_URL_MALFORMAT:
        case CURLE_BAD_FUNCTION_ARGUMENT:
            return {Fault::protocol, host + " did not answer as an HTTP server does (" + detail + ")"};
        default:
            return {Fault::lost, "the connection to " + host + " broke (" + detail + ")"};
    }
}

void Transfer::finish(CURLcode code) {
    complete(explain(code));
}

void Transfer::finish(Fault fault, std::string text) {
    complete({fault, std::move(text)});
}

void Transfer::complete(Outcome outcome) {
    easy_ = nullptr;
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    done_ = true;
    changed_.notify_all();
}

/// Called with the lock held and room in the outgoing buffer; the source itself runs without the lock.
void Transfer::read_source(std::unique_lock<std::mutex>& lock, std::string& buffer) {
    const auto promised = request_.source->size;
    auto want = buffer.size();
    if (promised) want = static_cast<std::size_t>(std::min<std::uint64_t>(want, *promised - source_given_));
    lock.unlock();
    const auto got = want == 0 ? 0 : request_.source->read(buffer.data(), want);
    if (got > want)
        throw TransportFault(Fault::source, "the body's source wrote beyond the buffer it was given");
    if (got == 0 && promised && source_given_ != *promised) {
        throw TransportFault(Fault::source, "the body's source ended after " + std::to_string(source_given_) +
                                                " of " + std::to_string(*promised) + " bytes");
    }
    lock.lock();
    source_given_ += got;
    if (got == 0) source_ended_ = true;
    outgoing_.append(buffer, 0, got);
}

WireAnswer Transfer::wait(const std::function<void()>& resume, const std::function<void()>& cancel) {
    std::string buffer;
    std::exception_ptr thrown;
    std::unique_lock lock(mutex_);
    const auto wants_source = [this] { return request_.source && !source_ended_ && outgoing_.empty(); };
    for (;;) {
        changed_.wait(lock, [&] {
            const bool over = thrown || request_.stop.stop_requested();  // then only the end is waited for
            return done_ || (!over && (!incoming_.empty() || wants_source()));
        });
        // What has arrived is the sink's even if the connection broke afterwards.
        const bool given_up = request_.stop.stop_requested() || outcome_.fault == Fault::cancelled ||
                              outcome_.fault == Fault::deadline;
        if (done_ && (thrown || given_up || incoming_.empty())) break;
        try {
            if (!incoming_.empty()) {
                buffer.clear();
                std::swap(buffer, incoming_);
                lock.unlock();
                request_.sink(buffer);
                lock.lock();
            } else {
                buffer.resize(buffer_size);
                read_source(lock, buffer);
            }
        } catch (...) {
            thrown = std::current_exception();
            if (!lock.owns_lock()) lock.lock();
        }
        const bool paused = receive_paused_ || send_paused_;
        if (!thrown && !paused) continue;
        lock.unlock();
        thrown ? cancel() : resume();
        lock.lock();
    }
    lock.unlock();
    if (thrown) std::rethrow_exception(thrown);
    if (outcome_.fault) throw TransportFault(*outcome_.fault, outcome_.text);
    // The answer came to its end just when the stop did: without its last bytes it is no answer.
    if (!incoming_.empty()) throw TransportFault(Fault::cancelled, "the call was cancelled");
    return std::move(answer_);
}

}  // namespace openstack::http
