#include "openstack/parallel.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>

namespace openstack {
namespace {

using ::testing::ElementsAre;

TEST(Parallel, ResultsComeInTheOrderOfTheTasks) {
    std::latch both(2);
    const auto [number, text, nothing] = parallel(
        3,
        [&] {
            both.arrive_and_wait();  // would wait for ever if the tasks ran one after the other
            return 7;
        },
        [&] {
            both.arrive_and_wait();
            return std::string("seven");
        },
        [] {});
    EXPECT_EQ(number, 7);
    EXPECT_EQ(text, "seven");
    EXPECT_EQ(nothing, std::monostate());
}

TEST(Parallel, MapsARangeOnAFewThreads) {
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    const std::vector<int> numbers = {5, 4, 3, 2, 1};
    const auto doubled = parallel_map(2, numbers, [&](int number) {
        most = std::max(most.load(), ++running);
        --running;
        return number * 2;
    });
    EXPECT_THAT(doubled, ElementsAre(10, 8, 6, 4, 2));
    EXPECT_LE(most, 2);
    EXPECT_TRUE(parallel_map(4, std::vector<int>{}, [](int number) { return number; }).empty());
}

TEST(Parallel, TheFirstFailureIsThrownAndNothingFurtherBegun) {
    std::atomic<int> begun{0};
    EXPECT_THROW(parallel_map(1, std::vector<int>{1, 2, 3},
                              [&](int number) {
                                  ++begun;
                                  if (number == 2) throw std::out_of_range("two");
                              }),
                 std::out_of_range);
    EXPECT_EQ(begun, 2);
    EXPECT_EQ(std::get<0>(parallel(0, [] { return 1; })), 1) << "at least one thread";
}

}  // namespace
}  // namespace openstack
