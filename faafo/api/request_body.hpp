// The bodies of POST and PUT, checked: nothing that cannot be drawn or was not drawn gets past here.
#pragma once

#include <string>
#include <string_view>

#include "faafo/store/fractal.hpp"
#include "faafo/store/store.hpp"

namespace faafo::api {

/// A POST's: the parameters, and a uuid and a constant (c_re, c_im) if the client wants to choose them.
/// Throws Problem.
[[nodiscard]] store::Fractal read_new_fractal(std::string_view body);

/// A PUT's.
struct Update {
    std::optional<store::Result> result;        ///< with "image"
    std::optional<std::string> failure_reason;  ///< the worker gave up
    store::Change change;                       ///< neither of both
    std::optional<std::string> lease;
};

/// `fractal` is the one to be changed, if it exists: its uuid and parameters may be repeated, not altered.
/// Throws Problem.
[[nodiscard]] Update read_update(std::string body, std::string_view uuid,
                                 const std::optional<store::Fractal>& fractal);

}  // namespace faafo::api
