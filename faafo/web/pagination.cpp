#include "faafo/web/pagination.hpp"

namespace faafo::web {

std::vector<std::int64_t> page_numbers(std::int64_t current, std::int64_t last) {
    constexpr std::int64_t around = 2;
    std::vector<std::int64_t> numbers;
    const auto offer = [&](std::int64_t first, std::int64_t end) {
        for (std::int64_t number = first; number <= end; ++number) {
            if (number < 1 || number > last) continue;
            const std::int64_t previous = numbers.empty() ? 0 : numbers.back();
            if (number <= previous) continue;
            if (number == previous + 2) {
                numbers.push_back(previous + 1);  // a gap of one page is shorter written out
            } else if (number > previous + 2) {
                numbers.push_back(0);
            }
            numbers.push_back(number);
        }
    };
    offer(1, 1);
    offer(current - around, current + around);
    offer(last, last);
    return numbers;
}

}  // namespace faafo::web
