// The deployments of a run: which program, and what follows the run's name in theirs.
#pragma once

#include <array>
#include <string_view>

namespace acceptance::cloud {

struct DeploymentName {
    std::string_view program;
    std::string_view suffix;
};

inline constexpr DeploymentName one_instance{"fractals", "one"};
inline constexpr DeploymentName micro{"micro_fractals", "micro"};
inline constexpr DeploymentName scaling{"scaling_fractals", "scaling"};
inline constexpr std::array deployments{one_instance, micro, scaling};

}  // namespace acceptance::cloud
