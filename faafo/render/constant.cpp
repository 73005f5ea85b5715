// Which constant a request gets: choose_c().
#include <algorithm>
#include <cstdint>
#include <optional>

#include "faafo/render/grid.hpp"
#include "faafo/render/julia.hpp"

namespace faafo::render {
namespace {

/// A random sequence that is the same everywhere and for ever (the standard's distributions are not): SplitMix64.
class Sequence {
  public:
    explicit Sequence(std::string_view seed) {
        for (const char character : seed) {  // FNV-1a
            state_ = (state_ ^ static_cast<unsigned char>(character)) * 0x100000001b3U;
        }
    }
    /// Uniform in [0, 1), 53 bits of it.
    double next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        mixed ^= mixed >> 31U;
        return static_cast<double>(mixed >> 11U) * 0x1p-53;
    }
    std::complex<double> point(const Window& window) {
        const double x = window.xa + next() * (window.xb - window.xa);
        const double y = window.ya + next() * (window.yb - window.ya);
        return {x, y};
    }

  private:
    std::uint64_t state_ = 0xcbf29ce484222325U;
};

// Constants whose orbit leaves at once give an almost empty picture, those that stay long a full one.
constexpr std::uint32_t too_soon = 10;
constexpr std::uint32_t too_late = 100;
// One point in thirty of a usual window will do; the worst of many thousand windows took some 200 tries.
constexpr int tries_in_window = 2'000;
constexpr int tries_around_origin = 2'000;
constexpr Window around_origin{.xa = -2.0, .xb = 1.0, .ya = -1.25, .yb = 1.25};
constexpr std::complex<double> last_resort{-0.8, 0.156};

}  // namespace

std::complex<double> choose_c(const Window& window, std::uint32_t iterations, std::string_view seed) {
    // A picture of so few iterations cannot see an orbit leave late enough; its constant is judged by more.
    const std::uint32_t tests = std::min(iterations > too_soon + 1 ? iterations - 1 : too_late, too_late);
    Sequence sequence(seed);
    const auto search = [&](const Window& where, int tries) -> std::optional<std::complex<double>> {
        for (int i = 0; i < tries; ++i) {
            const std::complex<double> c = sequence.point(where);
            const std::uint32_t count = count_pixel(c.real(), c.imag(), c.real(), c.imag(), tests);
            if (count > too_soon && count < too_late) return c;
        }
        return std::nullopt;
    };
    if (const auto c = search(window, tries_in_window)) return *c;
    if (const auto c = search(around_origin, tries_around_origin)) return *c;
    return last_resort;
}

}  // namespace faafo::render
