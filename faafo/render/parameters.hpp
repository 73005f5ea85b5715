// What a person may ask to be drawn: the parameters of one picture, their limits, and the check that
// the API, the worker and the command line share. Nothing else of the renderer is needed to use it.
#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <vector>

namespace faafo::render {

/// The part of the complex plane that a picture shows. `xa` is its left and `ya` its top edge, whichever
/// is greater: a window may be reversed.
struct Window {
    double xa = -2.0;
    double xb = 2.0;
    double ya = -1.5;
    double yb = 1.5;
    bool operator==(const Window&) const = default;
};

/// A request before anybody checked it, hence the wide integers: everything JSON or a command line can say fits.
struct Parameters {
    std::int64_t width = 0;       ///< pixels
    std::int64_t height = 0;      ///< pixels
    std::int64_t iterations = 0;  ///< tests per pixel
    Window window;
};

/// Pictures of 9999 x 9999 are the usual heavy load; a side beyond this is a mistake.
inline constexpr std::int64_t max_side = 20'000;
/// width x height. One byte per pixel before compression.
inline constexpr std::int64_t max_pixels = 200'000'000;
/// Escape counts are kept in 16 bits.
inline constexpr std::int64_t max_iterations = 65'536;
/// width x height x iterations: the worst case of one picture, minutes of one core rather than hours.
inline constexpr std::int64_t max_updates = 1'000'000'000'000;

/// What is wrong with one parameter, as a sentence that can follow the name: "width: must be …".
struct FieldError {
    std::string field;    ///< the parameter's name in the API: "width", "xa" …
    std::string message;  ///< "must be between 1 and 20000, not 0"
    bool operator==(const FieldError&) const = default;
};

/// Everything that is wrong, in the order of the fields; nothing when the picture can be drawn.
[[nodiscard]] std::vector<FieldError> validate(const Parameters& parameters);
/// The same with the Julia set's constant, whose field is named "c".
[[nodiscard]] std::vector<FieldError> validate(const Parameters& parameters, std::complex<double> c);

/// All of them in one line for a person: "width: must be …; xa: must be …".
[[nodiscard]] std::string describe(const std::vector<FieldError>& errors);

}  // namespace faafo::render
