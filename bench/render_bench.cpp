// How fast pictures are drawn and encoded, next to a Python loop, plain C++ and libpng.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <numeric>
#include <stdexcept>

#include "bench/measure.hpp"
#include "bench/render_peers.hpp"
#include "faafo/render/julia.hpp"
#include "faafo/render/png.hpp"
#include "faafo/render/tests/vectors.hpp"

namespace {

using faafo::render::Julia;
namespace render = faafo::render;

struct Workload {
    std::string name;
    std::string about;
    std::vector<Julia> pictures;
};

std::vector<Workload> workloads() {
    Workload usual{"cli", "what `faafo create` asks for: most points leave at once", {}};
    const auto tasks = render::test::command_line_tasks();
    for (std::size_t i = 0; i < 6; ++i)
        usual.pictures.push_back(tasks.at(i).julia);
    const auto one = [](const char* name, const char* about, std::int64_t iterations, render::Window window,
                        std::complex<double> c) {
        const render::Parameters parameters{
            .width = 512, .height = 512, .iterations = iterations, .window = window};
        return Workload{name, about, {render::julia(parameters, c)}};
    };
    return {std::move(usual),
            one("rabbit", "a seventh of the picture is inside", 255, {-2, 2, -1.5, 1.5}, {-0.123, 0.745}),
            one("dust", "points that leave late", 512, {-1.5, 1.5, -1.25, 1.25}, {0.285, 0.013}),
            one("zoom", "deep at the border", 2048, {-0.3, -0.1, 0.2, 0.4}, {-0.1, 0.651}),
            one("inside", "nothing leaves", 512, {-0.3, 0.3, -0.3, 0.3}, {-0.123, 0.745})};
}

/// The same picture with fewer pixels, for peers that would take minutes.
Julia smaller(Julia julia, std::uint32_t side) {
    julia.width = std::min(julia.width, side);
    julia.height = std::min(julia.height, side);
    return julia;
}

/// Steps that a loop without tricks takes.
double updates(const Julia& julia, const std::vector<std::uint16_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0, [&](double sum, std::uint16_t count) {
        return sum + count + (count + 1U == julia.iterations ? 1 : 0);
    });
}

/// For each peer and workload the rates of all rounds, in million updates per second.
using Rates = std::map<std::string, std::map<std::string, std::vector<double>>>;

using Draw = std::function<std::vector<std::uint16_t>(const Julia&)>;

void add_round(Rates& rates, const std::string& peer, const Workload& workload, std::uint32_t side,
               const Draw& draw) {
    double work = 0;
    double seconds = 0;
    for (const Julia& whole : workload.pictures) {
        const Julia picture = smaller(whole, side);
        const auto expected = render::escape_counts(picture);
        if (draw(picture) != expected)
            throw std::runtime_error(peer + " draws another picture of " + workload.name);
        work += updates(picture, expected);
        seconds += bench::time_of([&] { (void)draw(picture); });
    }
    rates[peer][workload.name].push_back(work / seconds / 1e6);
}

void add_python_round(Rates& rates, const std::string& peer, const Workload& workload) {
    constexpr std::uint32_t side = 96;
    std::vector<Julia> pictures;
    for (const Julia& whole : workload.pictures)
        pictures.push_back(smaller(whole, side));
    const auto results = bench::python_loop(pictures);
    double work = 0;
    double seconds = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto counts = render::escape_counts(pictures[i]);
        if (std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) != results[i].sum) {
            throw std::runtime_error("Python draws another picture of " + workload.name);
        }
        work += updates(pictures[i], counts);
        seconds += results[i].seconds;
    }
    rates[peer][workload.name].push_back(work / seconds / 1e6);
}

std::string rounded(double value) {
    return value < 100 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

boost::json::object draw_bench(int rounds) {
    const auto all = workloads();
    const auto instruction_sets = render::instruction_sets();
    std::vector<std::string> peers{"python loop", "c++ std::complex", "c++ scalar"};
    for (const auto name : instruction_sets)
        peers.push_back(fmt::format("ours {}", name));
    Rates rates;
    for (int round = 0; round < rounds; ++round) {
        fmt::print(stderr, "round {} of {}\n", round + 1, rounds);
        for (const Workload& workload : all) {
            add_python_round(rates, peers[0], workload);
            add_round(rates, peers[1], workload, 256, bench::std_complex_counts);
            add_round(rates, peers[2], workload, 256, render::escape_counts_scalar);
            for (const auto name : instruction_sets) {
                render::use_instruction_set(name);
                add_round(rates, fmt::format("ours {}", name), workload, render::max_side,
                          [](const Julia& julia) { return render::escape_counts(julia); });
            }
            render::use_instruction_set({});
        }
    }

    std::vector<std::vector<std::string>> table{{"million updates/s"}};
    for (const Workload& workload : all)
        table[0].push_back(workload.name);
    table[0].emplace_back("cli x python");
    table[0].emplace_back("cli x std::complex");
    boost::json::object report;
    const auto rate = [&](const std::string& peer, const std::string& workload) {
        return bench::median(rates.at(peer).at(workload));
    };
    for (const std::string& peer : peers) {
        std::vector<std::string> row{peer};
        boost::json::object values;
        for (const Workload& workload : all) {
            values[workload.name] = rate(peer, workload.name);
            row.push_back(rounded(rate(peer, workload.name)));
        }
        row.push_back(rounded(rate(peer, "cli") / rate(peers[0], "cli")));
        row.push_back(rounded(rate(peer, "cli") / rate(peers[1], "cli")));
        table.push_back(row);
        report[peer] = values;
    }
    bench::print_table(table);
    for (const Workload& workload : all)
        fmt::print("  {}: {}\n", workload.name, workload.about);
    return report;
}

boost::json::object png_bench(int rounds) {
    struct Encoder {
        std::string name;
        std::function<std::string(const Julia&, const std::vector<std::uint16_t>&)> encode;
    };
    const auto libpng = [](bool indexed, int level) {
        return [=](const Julia& julia, const std::vector<std::uint16_t>& counts) {
            return bench::libpng_file(julia, counts, indexed, level);
        };
    };
    const std::vector<Encoder> encoders{
        {"libpng RGB 6", libpng(false, 6)},
        {"libpng indexed 6", libpng(true, 6)},
        {"libpng indexed 1", libpng(true, 1)},
        {"ours", [](const Julia& julia, const std::vector<std::uint16_t>& counts) {
             std::string file;
             render::PngWriter writer(julia.width, julia.height,
                                      [&](std::string_view bytes) { file += bytes; });
             writer.write_rows(counts);
             writer.finish();
             return file;
         }}};
    std::vector<std::vector<std::string>> table{{"PNG"}};
    std::map<std::string, boost::json::object> report;
    std::map<std::string, std::vector<std::string>> rows;
    for (const Workload& workload : workloads()) {
        if (workload.name == "inside") continue;
        table[0].push_back(workload.name + " ms/Mpx");
        table[0].emplace_back("bits/px");
        std::map<std::string, std::vector<double>> times;
        std::map<std::string, double> bits;
        double pixels = 0;
        std::vector<std::vector<std::uint16_t>> drawn;
        for (const Julia& picture : workload.pictures) {
            drawn.push_back(render::escape_counts(picture));
            pixels += static_cast<double>(drawn.back().size());
        }
        for (int round = 0; round < rounds; ++round) {
            for (const Encoder& encoder : encoders) {
                double seconds = 0;
                double bytes = 0;
                for (std::size_t i = 0; i < drawn.size(); ++i) {
                    bytes += static_cast<double>(encoder.encode(workload.pictures[i], drawn[i]).size());
                    seconds += bench::time_of([&] { (void)encoder.encode(workload.pictures[i], drawn[i]); });
                }
                times[encoder.name].push_back(seconds / pixels * 1e9);
                bits[encoder.name] = 8 * bytes / pixels;
            }
        }
        for (const Encoder& encoder : encoders) {
            const double time = bench::median(times[encoder.name]);
            rows[encoder.name].push_back(fmt::format("{:.2f}", time));
            rows[encoder.name].push_back(fmt::format("{:.2f}", bits[encoder.name]));
            report[encoder.name][workload.name] = {{"ms_per_megapixel", time},
                                                   {"bits_per_pixel", bits[encoder.name]}};
        }
    }
    boost::json::object all;
    for (const Encoder& encoder : encoders) {
        std::vector<std::string> row{encoder.name};
        row.insert(row.end(), rows[encoder.name].begin(), rows[encoder.name].end());
        table.push_back(row);
        all[encoder.name] = report[encoder.name];
    }
    bench::print_table(table);
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Draws and encodes Julia sets in several ways, one core, and compares them.");
    int rounds = 3;
    std::string json;
    app.add_option("--rounds", rounds, "the median of so many rounds counts")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--json", json, "file for the results")->type_name("FILE");
    CLI11_PARSE(app, argc, argv);
    try {
        boost::json::object report{{"format", "render-bench/1"}, {"rounds", rounds}};
        report["million_updates_per_second"] = draw_bench(rounds);
        fmt::print("\n");
        report["png"] = png_bench(rounds);
        if (!json.empty()) {
            std::ofstream file(json);
            file << boost::json::serialize(report) << '\n';
            if (!file.flush()) throw std::runtime_error(json + " cannot be written");
        }
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "render_bench: {}\n", error.what());
        return 1;
    }
}
