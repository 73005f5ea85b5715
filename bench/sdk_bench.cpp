// How long the SDK takes from the bytes of a listing of 1000 servers to its structs, next to openstacksdk.
//
//     sdk_bench [number of servers]
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/measure.hpp"
#include "common/process/process.hpp"
#include "openstack/compute/server.hpp"
#include "sdk/src/compute/tables.hpp"
#include "sdk/src/resource/decode.hpp"

namespace {

namespace json = boost::json;
using openstack::compute::Server;

constexpr int rounds = 9;

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// A listing as a real Nova wrote it, its servers repeated under new IDs.
std::string listing(std::size_t count) {
    const auto recorded = json::parse(
        read_file(SOURCE_DIR "/sdk/tests/recordings/compute/144-list-servers-in-detail-at-2-93.json"));
    const auto& servers = recorded.at("response").at("body").at("servers").as_array();
    json::array many;
    for (std::size_t i = 0; i < count; ++i) {
        json::object server = servers[i % servers.size()].as_object();
        server["id"] = fmt::format("00000000-0000-4000-8000-{:012}", i);
        server["name"] = fmt::format("server-{}", i);
        many.push_back(std::move(server));
    }
    return json::serialize(json::object{{"servers", std::move(many)}});
}

double milliseconds_of(const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i)
        times.push_back(bench::time_of(work) * 1000);
    return bench::median(std::move(times));
}

std::size_t decode_all(const std::string& text) {
    std::vector<Server> servers;
    openstack::resource::decode(text, {.key_path = {"servers"}},
                                openstack::resource::value_type<std::vector<Server>>, &servers);
    return servers.size();
}

/// The same bytes as openstacksdk reads them: parsed, and made into its objects. Empty when it is not installed.
std::vector<double> of_openstacksdk(const std::string& text) {
    const common::process::TemporaryDirectory folder;
    const auto file = folder.path() / "servers.json";
    std::ofstream(file, std::ios::binary) << text;
    const auto result = common::process::run({.arguments = {"/usr/bin/python3", "-c", R"(
import json, sys, time
from openstack.compute.v2.server import Server
text = open(sys.argv[1], 'rb').read()
def best(work):
    times = []
    for _ in range(3):
        begin = time.thread_time(); work(); times.append(time.thread_time() - begin)
    return sorted(times)[1] * 1000
print(best(lambda: json.loads(text)), best(lambda: [Server.existing(**s) for s in json.loads(text)['servers']]))
)",
                                                            file.string()},
                                              .timeout = std::chrono::minutes(3)});
    std::istringstream words(result.exit_status == 0 ? result.output : "");
    std::vector<double> times;
    for (double time = 0; words >> time;)
        times.push_back(time);
    return times;
}

}  // namespace

int main(int argc, char** argv) try {
    std::size_t count = 1000;
    if (argc > 1) {
        const std::string_view text = argv[1];
        if (std::from_chars(text.data(), text.data() + text.size(), count).ec != std::errc{} || count == 0) {
            fmt::print(stderr, "sdk_bench [number of servers]\n");
            return 2;
        }
    }
    const std::string text = listing(count);
    if (decode_all(text) != count) throw std::runtime_error("not all servers were decoded");
    fmt::print("{} servers, {:.2f} MB of JSON; milliseconds of CPU, medians of {} rounds\n\n", count,
               static_cast<double>(text.size()) / 1e6, rounds);

    const double parsed = milliseconds_of([&] {
        json::monotonic_resource memory;
        static_cast<void>(json::parse(text, &memory));
    });
    const double ours = milliseconds_of([&] { decode_all(text); });
    std::vector<std::vector<std::string>> rows{{"", "ms", "times ours"}};
    const auto row = [&](const std::string& name, double time) {
        rows.push_back({name, fmt::format("{:.2f}", time), fmt::format("{:.1f}", time / ours)});
    };
    row("OpenStackSDK, to structs", ours);
    row("  of it: Boost.JSON, to a tree", parsed);
    if (const auto peer = of_openstacksdk(text); peer.size() == 2) {
        row("openstacksdk, to objects", peer[1]);
        row("  of it: json.loads", peer[0]);
    } else {
        fmt::print("openstacksdk is not installed for /usr/bin/python3\n");
    }
    bench::print_table(rows);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
}
