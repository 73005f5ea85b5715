#include "bench/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace bench {

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double time_of(const std::function<void()>& work) {
    constexpr double enough = 0.02;
    for (int repeat = 1;; repeat *= 4) {
        const double begin = cpu_seconds();
        for (int i = 0; i < repeat; ++i)
            work();
        const double taken = cpu_seconds() - begin;
        if (taken >= enough) return taken / repeat;
    }
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0.0 : values[values.size() / 2];
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i == 0) {
                fmt::print("{:<{}}", row[i], widths[i]);
            } else {
                fmt::print("  {:>{}}", row[i], widths[i]);
            }
        }
        fmt::print("\n");
    }
}

}  // namespace bench
