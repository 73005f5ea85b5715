// Timing and reporting that the benchmarks share.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// CPU seconds of this thread: unlike the clock, hardly moved by what else the machine does.
[[nodiscard]] double cpu_seconds();
/// CPU seconds that `work` takes; short work is repeated until they can be measured.
[[nodiscard]] double time_of(const std::function<void()>& work);
[[nodiscard]] double median(std::vector<double> values);

/// A table for people: the first row is the heading; numbers stand right.
void print_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace bench
