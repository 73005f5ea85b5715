// Several calls at once: blocking calls on a few threads, results in the order of the tasks.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace openstack {

/// Runs the tasks on at most `at_most` threads (at least one) and returns when all have ended. After a failure no
/// further task is begun, those that run are waited for, and the failure of the first failed task is thrown.
void run_parallel(std::size_t at_most, const std::vector<std::function<void()>>& tasks);

namespace detail {

/// std::monostate stands for void, so that results can be kept.
template <typename Function, typename... Arguments>
auto call(Function& function, Arguments&&... arguments) {
    if constexpr (std::is_void_v<std::invoke_result_t<Function&, Arguments...>>) {
        std::invoke(function, std::forward<Arguments>(arguments)...);
        return std::monostate();
    } else {
        return std::invoke(function, std::forward<Arguments>(arguments)...);
    }
}

}  // namespace detail

/// auto [image, flavor] = parallel(4, [&] { return cloud.image().find_image("debian-12"); },
///                                    [&] { return cloud.compute().find_flavor("m1.small"); });
/// The result of a task that returns nothing is std::monostate.
template <std::invocable... Tasks>
auto parallel(std::size_t at_most, Tasks&&... tasks) {
    std::tuple<std::optional<decltype(detail::call(tasks))>...> results;
    std::vector<std::function<void()>> jobs;
    std::apply(
        [&](auto&... result) { (jobs.emplace_back([&] { result.emplace(detail::call(tasks)); }), ...); },
        results);
    run_parallel(at_most, jobs);
    return std::apply([](auto&... result) { return std::tuple(std::move(*result)...); }, results);
}

/// The function's results for the items of a range, in their order.
template <std::ranges::forward_range Range, typename Function>
    requires std::invocable<Function&, std::ranges::range_reference_t<Range>>
auto parallel_map(std::size_t at_most, Range&& range, Function function) {
    using Result = decltype(detail::call(function, *std::ranges::begin(range)));
    std::vector<std::optional<Result>> results(static_cast<std::size_t>(std::ranges::distance(range)));
    std::vector<std::function<void()>> jobs;
    auto result = results.begin();
    for (auto item = std::ranges::begin(range); item != std::ranges::end(range); ++item, ++result) {
        jobs.emplace_back([&function, item, result] { result->emplace(detail::call(function, *item)); });
    }
    run_parallel(at_most, jobs);
    std::vector<Result> out;
    out.reserve(results.size());
    for (auto& one : results)
        out.push_back(std::move(*one));
    return out;
}

}  // namespace openstack
