// The vectors of the kernel, and what Highway has not or not as fast. Compiled once per instruction set, as kernel.cpp
// is; for kernel.cpp only.
#if defined(FAAFO_RENDER_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FAAFO_RENDER_LANES_INL_HPP
#undef FAAFO_RENDER_LANES_INL_HPP
#else
#define FAAFO_RENDER_LANES_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace faafo::render::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using U = hn::RebindToUnsigned<D>;
using V = hn::Vec<D>;
using W = hn::Vec<U>;
using M = hn::Mask<D>;

/// Adds one where the mask says so.
HWY_INLINE W increment_where(M mask, W value) {
#if HWY_TARGET <= HWY_AVX3
    return hn::IfThenElse(hn::RebindMask(U(), mask), hn::Add(value, hn::Set(U(), 1)), value);
#else
    return hn::Sub(value, hn::BitCast(U(), hn::VecFromMask(D(), mask)));
#endif
}

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET > HWY_AVX3
/// For every set of lanes, the 32-bit halves of the chosen ones in order.
struct CompressTable {
    static constexpr std::size_t lanes = HWY_LANES(double);
    static constexpr std::size_t halves = 2 * lanes;
    std::uint32_t index[std::size_t{1} << lanes][halves] = {};
    constexpr CompressTable() {
        for (std::size_t mask = 0; mask < std::size_t{1} << lanes; ++mask) {
            std::size_t to = 0;
            for (std::uint32_t lane = 0; lane < lanes; ++lane) {
                if ((mask >> lane & 1U) == 0) continue;
                index[mask][to++] = 2 * lane;
                index[mask][to++] = 2 * lane + 1;
            }
        }
    }
};
alignas(64) constexpr CompressTable compress_table;
#endif

/// The chosen lanes, moved to the front. (Highway 1.0.3 copies its tables to the stack at every call.)
template <class Vector>
HWY_INLINE Vector compress(Vector vector, M chosen) {
#if HWY_TARGET == HWY_SCALAR
    (void)chosen;
    return vector;
#elif HWY_TARGET <= HWY_AVX3
    const auto moved = _mm512_maskz_compress_epi64(chosen.raw, hn::BitCast(U(), vector).raw);
    return hn::BitCast(hn::DFromV<Vector>(), hn::Vec<U>{moved});
#else
    const hn::Repartition<std::uint32_t, D> halves;
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(D(), chosen, bits);
    const auto indices = hn::IndicesFromVec(halves, hn::LoadU(halves, compress_table.index[bits[0]]));
    return hn::BitCast(hn::DFromV<Vector>(), hn::TableLookupLanes(hn::BitCast(halves, vector), indices));
#endif
}

/// Pixels on their way: z, and the tag that says which pixel it is and how many tests it has passed.
struct Lanes {
    V zr, zi;
    W tag;
};

}  // namespace faafo::render::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
