// Whether pictures that instances drew are those that our renderer draws of the same request.
#pragma once

#include <string>

namespace acceptance::cloud {

/// What is wrong with a picture, as a sentence; empty when every pixel is as it should be. `fractal` is the API's JSON of it.
[[nodiscard]] std::string difference(const std::string& fractal, const std::string& png);

}  // namespace acceptance::cloud
