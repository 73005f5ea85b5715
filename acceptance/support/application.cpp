#include "acceptance/support/application.hpp"

#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "common/testkit/http_client.hpp"
#include "common/testkit/wait.hpp"

namespace acceptance {

using common::testkit::HttpClient;

namespace {

/// Between two questions of somebody who keeps asking; false when it is time to stop.
bool rest(std::chrono::milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
}

std::string text_or_empty(const boost::json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : std::string();
}

}  // namespace

std::string Application::ask(const std::string& body) const {
    const auto answer = HttpClient(url_).post("/v1/fractal", body);
    if (answer.status != 201) return {};
    return std::string(boost::json::parse(answer.body).at("uuid").as_string());
}

std::string Application::ask_for_a_small_one() const {
    return ask(R"({"width":160,"height":120,"iterations":200,"xa":-1.5,"xb":1.5,"ya":-1.5,"yb":1.5})");
}

std::vector<std::string> Application::ask_for_long_ones(int count) const {
    std::vector<std::string> uuids;
    for (int i = 0; i < count; ++i) {
        // A Siegel disk: its orbits turn around for ever and never come to the same point again.
        uuids.push_back(ask(R"({"width":640,"height":640,"iterations":16000,"xa":-0.2,"xb":0.2,"ya":-0.2,)"
                            R"("yb":0.2,"c_re":-0.3905408702184,"c_im":-0.586787907346968})"));
        if (uuids.back().empty()) throw std::runtime_error(url_ + " took no request for a fractal");
    }
    return uuids;
}

Backlog Application::backlog() const {
    const auto answer = HttpClient(url_).get("/v1/status");
    if (answer.status != 200)
        throw std::runtime_error(url_ + "/v1/status answers " + std::to_string(answer.status) + " " +
                                 answer.body);
    const auto status = boost::json::parse(answer.body);
    const auto count = [&](const char* name) { return status.at(name).to_number<std::int64_t>(); };
    return {count("queued"), count("drawing"), count("done"), count("failed")};
}

std::vector<Fractal> Application::fractals() const {
    std::vector<Fractal> all;
    HttpClient client(url_);
    for (std::int64_t page = 1, pages = 1; page <= pages; ++page) {
        const auto list = boost::json::parse(
            client.get("/v1/fractal?results_per_page=100&page=" + std::to_string(page)).body);
        pages = list.at("total_pages").to_number<std::int64_t>();
        for (const auto& object : list.at("objects").as_array())
            all.push_back({.uuid = text_or_empty(object.at("uuid")),
                           .state = text_or_empty(object.at("state")),
                           .generated_by = text_or_empty(object.at("generated_by")),
                           .attempts = object.at("attempts").to_number<std::int64_t>(),
                           .has_checksum = object.at("checksum").is_string()});
    }
    return all;
}

bool Application::finishes(std::chrono::milliseconds timeout) const {
    return common::testkit::wait_until([this] { return backlog().empty(); }, timeout);
}

KeepsAsking::KeepsAsking(std::vector<Application> apis)
    : apis_(std::move(apis)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void KeepsAsking::run(const std::stop_token& stop) {
    for (std::size_t turn = 0; rest(std::chrono::milliseconds(100), stop); ++turn) {
        std::string uuid;
        try {
            uuid = apis_[turn % apis_.size()].ask_for_a_small_one();
        } catch (const std::runtime_error&) {
            // No whole answer is no promise.
        }
        if (uuid.empty()) {
            ++refused_;
        } else {
            uuids_.insert(uuid);
            ++promised_;
        }
    }
}

std::set<std::string> KeepsAsking::stop() {
    thread_.request_stop();
    thread_.join();
    return uuids_;
}

KeepsLooking::KeepsLooking(std::string url, Connections connections)
    : url_(std::move(url)),
      connections_(connections),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void KeepsLooking::run(const std::stop_token& stop) {
    HttpClient client(url_);
    while (rest(std::chrono::milliseconds(20), stop)) {
        const auto begun = Clock::now();
        try {
            if (connections_ == Connections::one_each) client = HttpClient(url_);
            const auto answer = client.get("/v1/status");
            if (answer.status != 200) throw std::runtime_error("status " + std::to_string(answer.status));
            ++answered_;
        } catch (const std::runtime_error& error) {
            failed_[begun] = error.what();
            client = HttpClient(url_);
        }
    }
}

void KeepsLooking::stop() {
    thread_.request_stop();
    thread_.join();
}

}  // namespace acceptance
