// The fast kernel: the same counts as count_pixel() in vectors of doubles, compiled once per instruction set.
//
// Most orbits of a Julia set leave at once and a few stay for very long, so pixels pass through three stages,
// each with a form of its own, and wait between them in lists of (z, tag):
//   shallow  neighbouring pixels in lockstep for a few steps; nine in ten end here
//   middle   lanes that are refilled as soon as their pixel ends, tested at every step
//   deep     for the few that live long: steps without tests, in blocks that are repeated with tests when a lane left
//            in them, and the detection of orbits that repeat themselves, which never leave
//
// Every operation is rounded as the scalar code does; -ffp-contract=off keeps it so. The one explicit fused operation adds to
// a doubled product, and doubling is exact.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "faafo/render/kernel.cpp"
// SSSE3 gains nothing over the fallback; vectors without a fixed size cannot be members.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "faafo/render/grid.hpp"
#include "faafo/render/lane_list.hpp"
#include "faafo/render/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace faafo::render::HWY_NAMESPACE {

constexpr std::uint32_t middle_block = 16;
constexpr std::uint32_t middle_steps = 64;
constexpr std::uint32_t deep_block = 12;  // a multiple of the commonest periods
// Measured: with few registers, more vectors at a time cost more than they hide.
constexpr bool many_registers = HWY_TARGET <= HWY_AVX3;
constexpr int shallow_vectors = many_registers ? 4 : 2;
constexpr std::uint32_t shallow_steps = many_registers ? 10 : 8;
constexpr int middle_vectors = 4;
constexpr int deep_vectors = many_registers ? 5 : 4;

class Kernel {
  public:
    Kernel(const Grid& grid, RowSource& source, std::uint16_t* counts, std::uint32_t first_row)
        : grid_(grid),
          source_(source),
          counts_(counts),
          first_row_(first_row),
          shallow_limit_(std::min(shallow_steps, grid.tests)),
          // Beyond that radius an orbit that has left might come back before the end of a block without tests.
          has_deep_stage_(grid.tests > 2 * middle_steps && std::hypot(grid.cr, grid.ci) <= 1.98),
          middle_limit_(has_deep_stage_ ? middle_steps : grid.tests) {
        const std::size_t band = std::max(band_pixels, grid.width) + slack;
        middle_.reserve(band + slack);
        if (has_deep_stage_) {
            deep_.reserve(2 * band + slack);
            leavers_.reserve(2 * slack);
        }
    }

    void run() {
        for (RowSource::Band band = source_.claim(); band.count > 0; band = source_.claim()) {
            for (std::uint32_t row = band.first; row < band.first + band.count; ++row)
                shallow(row);
            middle(middle_, middle_limit_, false);
            if (deep_.size >= band_pixels) deep(false);
        }
        middle(middle_, middle_limit_, true);
        if (has_deep_stage_) deep(true);
    }

  private:
    static constexpr std::size_t slack = 2048;  // lanes of all vectors in flight, many times over

    void shallow(std::uint32_t row) {
        const D d;
        const U u;
        const std::size_t lanes = hn::Lanes(d);
        const double y = grid_.y(row);
        const std::uint64_t row_position = std::uint64_t{row - first_row_} * grid_.width;
        std::uint16_t* const out = counts_ + row_position;
        for (std::size_t x = 0; x < grid_.width; x += shallow_vectors * lanes) {
            Lanes lane[shallow_vectors];
            V norm[shallow_vectors];
            M in[shallow_vectors];
            for (int v = 0; v < shallow_vectors; ++v) {
                lane[v] = {hn::LoadU(d, grid_.x.data() + x + v * lanes), hn::Set(d, y), hn::Zero(u)};
                norm[v] = hn::Zero(d);
                in[v] = all();
            }
            for (std::uint32_t step = 0; step < shallow_limit_; ++step) {
                for (int v = 0; v < shallow_vectors; ++v)
                    tested_step(lane[v], norm[v], in[v]);
                M any = in[0];
                for (int v = 1; v < shallow_vectors; ++v)
                    any = hn::Or(any, in[v]);
                if (hn::AllFalse(d, any)) break;
            }
            for (int v = 0; v < shallow_vectors; ++v)
                store_counts(lane[v].tag, x + v * lanes, out);
            const V undecided = hn::Set(d, ambiguous_norm);
            M ambiguous = hn::Eq(norm[0], undecided);
            for (int v = 1; v < shallow_vectors; ++v)
                ambiguous = hn::Or(ambiguous, hn::Eq(norm[v], undecided));
            if (HWY_UNLIKELY(!hn::AllFalse(d, ambiguous))) {
                recount(row, x, std::min<std::size_t>(shallow_vectors * lanes, grid_.width - x));
            }
            if (shallow_limit_ < grid_.tests) {
                for (int v = 0; v < shallow_vectors; ++v) {
                    keep_survivors(lane[v], in[v], row_position + x + v * lanes);
                }
            }
        }
    }

    /// One test and one step; a lane that has left keeps the norm it left with.
    HWY_INLINE void tested_step(Lanes& lane, V& norm, M& in) const {
        const D d;
        const V zr2 = hn::Mul(lane.zr, lane.zr);
        const V zi2 = hn::Mul(lane.zi, lane.zi);
        norm = hn::IfThenElse(in, hn::Add(zr2, zi2), norm);
        in = hn::Le(norm, hn::Set(d, 4.0));  // false for NaN, too
        lane.tag = increment_where(in, lane.tag);
        step(lane, zr2, zi2);
    }
    HWY_INLINE void step(Lanes& lane, V zr2, V zi2) const {
        const D d;
        const V product = hn::Mul(lane.zr, lane.zi);
        lane.zr = hn::Add(hn::Sub(zr2, zi2), hn::Set(d, grid_.cr));
        lane.zi = hn::MulAdd(product, hn::Set(d, 2.0), hn::Set(d, grid_.ci));
    }

    HWY_INLINE void store_counts(W counts, std::size_t x, std::uint16_t* out) const {
        const hn::Rebind<std::uint16_t, U> narrow;
        const auto values = hn::TruncateTo(narrow, counts);
        if (HWY_LIKELY(x + hn::Lanes(narrow) <= grid_.width)) {
            hn::StoreU(values, narrow, out + x);
        } else if (x < grid_.width) {
            HWY_ALIGN std::uint16_t tail[hn::MaxLanes(narrow)];
            hn::Store(values, narrow, tail);
            std::copy_n(tail, grid_.width - x, out + x);
        }
    }

    HWY_INLINE void keep_survivors(const Lanes& lane, M in, std::uint64_t position) {
        if (hn::AllFalse(D(), in)) return;
        const U u;
        const W tag = hn::Or(hn::ShiftLeft<tag_count_bits>(hn::Add(hn::Iota(u, 0), hn::Set(u, position))),
                             hn::Set(u, shallow_limit_));
        push(middle_, {lane.zr, lane.zi, tag}, in);
    }

    HWY_INLINE void push(LaneList& list, const Lanes& lane, M chosen) const {
        const D d;
        const U u;
        hn::StoreU(compress(lane.zr, chosen), d, list.zr.get() + list.size);
        hn::StoreU(compress(lane.zi, chosen), d, list.zi.get() + list.size);
        hn::StoreU(compress(lane.tag, chosen), u, list.tag.get() + list.size);
        list.size += hn::CountTrue(d, chosen);
    }
    /// The last entries of the list, one per lane.
    HWY_INLINE Lanes top(const LaneList& list) const {
        const std::size_t from = list.size - hn::Lanes(D());
        return {hn::LoadU(D(), list.zr.get() + from), hn::LoadU(D(), list.zi.get() + from),
                hn::LoadU(U(), list.tag.get() + from)};
    }

    /// Writes down the pixels that have ended: those that left, and those that passed every test.
    HWY_INLINE void finish(W tag, M chosen) const {
        const U u;
        HWY_ALIGN std::uint64_t tags[hn::MaxLanes(u)];
        hn::Store(compress(tag, chosen), u, tags);
        const std::size_t ended = hn::CountTrue(D(), chosen);
        for (std::size_t i = 0; i < ended; ++i) {
            counts_[tags[i] >> tag_count_bits] =
                static_cast<std::uint16_t>(std::min<std::uint64_t>(tags[i] & tag_count_mask, grid_.tests));
        }
    }
    /// The lanes whose norm cannot be judged in vectors are counted again from their pixel on.
    HWY_NOINLINE void finish_ambiguous(W tag, M chosen) const {
        const U u;
        HWY_ALIGN std::uint64_t tags[hn::MaxLanes(u)];
        hn::Store(compress(tag, chosen), u, tags);
        const std::size_t ended = hn::CountTrue(D(), chosen);
        for (std::size_t i = 0; i < ended; ++i) {
            const std::uint64_t position = tags[i] >> tag_count_bits;
            recount(static_cast<std::uint32_t>(position / grid_.width) + first_row_, position % grid_.width,
                    1);
        }
    }
    HWY_NOINLINE void recount(std::uint32_t row, std::size_t x, std::size_t pixels) const {
        std::uint16_t* const out = counts_ + std::uint64_t{row - first_row_} * grid_.width;
        for (std::size_t i = x; i < x + pixels; ++i) {
            out[i] = static_cast<std::uint16_t>(
                count_pixel(grid_.x[i], grid_.y(row), grid_.cr, grid_.ci, grid_.tests));
        }
    }

    /// Works through the list. What is left of it when lanes would run empty stays there, unless `drain` says that
    /// nothing will follow. Pixels that reach `limit` without being at the end go on to the deep stage.
    void middle(LaneList& list, std::uint32_t limit, bool drain) {
        const D d;
        const std::size_t lanes = hn::Lanes(d);
        while (list.size >= middle_vectors * lanes) {
            Lanes lane[middle_vectors];
            for (Lanes& one : lane) {
                one = top(list);
                list.size -= lanes;
            }
            while (middle_round(lane, list, limit)) {
                if (stopped()) return;
            }
        }
        if (drain) drain_middle(list, limit);
    }

    /// One block of all vectors; false when a lane could not be refilled: then all are back in the list.
    HWY_INLINE bool middle_round(Lanes (&lane)[middle_vectors], LaneList& list, std::uint32_t limit) {
        const D d;
        V norm[middle_vectors];
        M in[middle_vectors];
        for (int v = 0; v < middle_vectors; ++v) {
            norm[v] = hn::Zero(d);
            in[v] = all();
        }
        for (std::uint32_t i = 0; i < middle_block; ++i) {
            for (int v = 0; v < middle_vectors; ++v)
                tested_step(lane[v], norm[v], in[v]);
        }
        for (int v = 0; v < middle_vectors; ++v) {
            const M live = settle(lane[v], norm[v], all(), in[v], limit);
            if (HWY_LIKELY(hn::AllTrue(d, live))) continue;
            if (HWY_UNLIKELY(list.size < hn::Lanes(d))) {
                push(list, lane[v], live);
                for (int other = v + 1; other < middle_vectors; ++other) {
                    push(list, lane[other], settle(lane[other], norm[other], all(), in[other], limit));
                }
                for (int other = 0; other < v; ++other)
                    push(list, lane[other], all());
                return false;
            }
            refill(lane[v], live, list);
        }
        return true;
    }

    /// After a block: of the lanes that `were` live, what has ended is written down and what is deep moves on;
    /// the rest is returned.
    HWY_INLINE M settle(const Lanes& lane, V norm, M were, M in, std::uint32_t limit) {
        const D d;
        const M below = count_below(lane.tag, limit);
        const M live = hn::And(in, below);
        if (HWY_LIKELY(hn::AllTrue(d, live))) return live;
        M ended = hn::AndNot(live, were);
        if (limit < grid_.tests) {
            const M long_lived = hn::AndNot(below, in);
            if (!hn::AllFalse(d, long_lived)) push(deep_, lane, long_lived);
            ended = hn::AndNot(in, were);
        }
        finish(lane.tag, ended);
        const M ambiguous = hn::And(ended, hn::Eq(norm, hn::Set(d, ambiguous_norm)));
        if (HWY_UNLIKELY(!hn::AllFalse(d, ambiguous))) finish_ambiguous(lane.tag, ambiguous);
        return live;
    }

    [[nodiscard]] HWY_INLINE static M count_below(W tag, std::uint32_t limit) {
        const hn::RebindToSigned<D> i;
        const W count = hn::And(tag, hn::Set(U(), tag_count_mask));
        return hn::RebindMask(D(), hn::Lt(hn::BitCast(i, count), hn::Set(i, std::int64_t{limit})));
    }
    [[nodiscard]] HWY_INLINE static M all() { return hn::Eq(hn::Zero(D()), hn::Zero(D())); }

    /// Moves the live lanes together and fills the others from the end of the list.
    HWY_INLINE void refill(Lanes& lane, M live, LaneList& list) const {
        const D d;
        const U u;
        const std::size_t alive = hn::CountTrue(d, live);
        const M first = hn::FirstN(d, alive);
        const Lanes fresh = top(list);
        lane.zr = hn::IfThenElse(first, compress(lane.zr, live), fresh.zr);
        lane.zi = hn::IfThenElse(first, compress(lane.zi, live), fresh.zi);
        lane.tag = hn::IfThenElse(hn::RebindMask(u, first), compress(lane.tag, live), fresh.tag);
        list.size -= hn::Lanes(d) - alive;
    }

    /// The last few, one vector at a time; a vector is filled up with copies, which come to the same result.
    HWY_NOINLINE void drain_middle(LaneList& list, std::uint32_t limit) {
        const D d;
        const std::size_t lanes = hn::Lanes(d);
        while (list.size > 0) {
            for (; list.size < lanes; ++list.size) {
                list.zr[list.size] = list.zr[0];
                list.zi[list.size] = list.zi[0];
                list.tag[list.size] = list.tag[0];
            }
            Lanes lane = top(list);
            list.size -= lanes;
            for (M live = all(); !hn::AllFalse(d, live) && !stopped();) {
                V norm = hn::Zero(d);
                M in = live;
                for (std::uint32_t i = 0; i < middle_block; ++i)
                    tested_step(lane, norm, in);
                live = settle(lane, norm, live, in, limit);
            }
        }
    }

    /// Works through the pixels that live long; the last few only if `drain` says that nothing will follow.
    void deep(bool drain) {
        const D d;
        const std::size_t lanes = hn::Lanes(d);
        while (deep_.size >= deep_vectors * lanes) {
            Lanes lane[deep_vectors];
            Saved saved[deep_vectors];
            for (int v = 0; v < deep_vectors; ++v) {
                lane[v] = top(deep_);
                deep_.size -= lanes;
                saved[v] = nothing_saved();
            }
            deep_rounds_ = 0;
            save_at_ = 0;
            save_interval_ = 1;
            while (deep_round(lane, saved)) {
                if (leavers_.size >= slack) middle(leavers_, grid_.tests, false);
            }
            // Nothing takes the leavers away any more: a round for each of those that wait would overfill their list.
            if (stopped_) return;
        }
        if (drain) {
            middle(leavers_, grid_.tests, true);
            drain_middle(deep_, grid_.tests);
        }
    }

    /// A former z of each lane: an orbit that comes back to it repeats itself for ever.
    struct Saved {
        V zr, zi;
    };
    [[nodiscard]] HWY_INLINE static Saved nothing_saved() {
        const V nothing = hn::Set(D(), std::numeric_limits<double>::quiet_NaN());
        return {nothing, nothing};
    }

    /// One block of all vectors; false when a lane could not be refilled: then all are back in the list.
    HWY_INLINE bool deep_round(Lanes (&lane)[deep_vectors], Saved (&saved)[deep_vectors]) {
        const D d;
        const U u;
        Saved start[deep_vectors];
        for (int v = 0; v < deep_vectors; ++v)
            start[v] = {lane[v].zr, lane[v].zi};
        for (std::uint32_t i = 0; i < deep_block; i += 2) {
            for (Lanes& each : lane)
                untested_step<true>(each);
            for (Lanes& each : lane)
                untested_step<false>(each);
        }
        for (int v = 0; v < deep_vectors; ++v) {
            const W tag_before = lane[v].tag;
            lane[v].tag = hn::Add(lane[v].tag, hn::Set(u, deep_block));
            const V norm = hn::MulAdd(lane[v].zr, lane[v].zr, hn::Mul(lane[v].zi, lane[v].zi));
            // Roughly is enough: a lane that is close to the circle is counted again with exact tests.
            const M in = hn::Le(norm, hn::Set(d, 4.0));
            const M repeats = hn::And(hn::Eq(lane[v].zr, saved[v].zr), hn::Eq(lane[v].zi, saved[v].zi));
            const M live = hn::AndNot(repeats, hn::And(in, count_below(lane[v].tag, grid_.tests)));
            if (HWY_LIKELY(hn::AllTrue(d, live))) continue;
            const M left = hn::Not(in);
            if (!hn::AllFalse(d, left)) push(leavers_, {start[v].zr, start[v].zi, tag_before}, left);
            const W never = hn::Or(lane[v].tag, hn::Set(u, tag_count_mask));
            finish(hn::IfThenElse(hn::RebindMask(u, repeats), never, lane[v].tag), hn::AndNot(live, in));
            if (HWY_UNLIKELY(deep_.size < hn::Lanes(d))) {
                push(deep_, lane[v], live);
                for (int other = v + 1; other < deep_vectors; ++other) {
                    push(deep_, {start[other].zr, start[other].zi, lane[other].tag}, all());
                }
                for (int other = 0; other < v; ++other)
                    push(deep_, lane[other], all());
                return false;
            }
            saved[v].zr = hn::IfThenElse(hn::FirstN(d, hn::CountTrue(d, live)), compress(saved[v].zr, live),
                                         nothing_saved().zr);
            saved[v].zi = compress(saved[v].zi, live);
            refill(lane[v], live, deep_);
        }
        if (deep_rounds_++ == save_at_) save(lane, saved);
        return !stopped();
    }

    /// Intervals of 1, 2, 4 … 64 blocks, and again: short periods are found soon, long ones in the end.
    HWY_INLINE void save(const Lanes (&lane)[deep_vectors], Saved (&saved)[deep_vectors]) {
        for (int v = 0; v < deep_vectors; ++v)
            saved[v] = {lane[v].zr, lane[v].zi};
        save_interval_ = save_interval_ == 64 ? 1 : 2 * save_interval_;
        save_at_ = deep_rounds_ + save_interval_ - 1;
    }

    /// Doubling by a fused operation or by an addition gives the same bits on different units of the processor.
    template <bool fused>
    HWY_INLINE void untested_step(Lanes& lane) const {
        const D d;
        const V zr2 = hn::Mul(lane.zr, lane.zr);
        const V zi2 = hn::Mul(lane.zi, lane.zi);
        if constexpr (fused) {
            step(lane, zr2, zi2);
        } else {
            const V product = hn::Mul(lane.zr, lane.zi);
            lane.zr = hn::Add(hn::Sub(zr2, zi2), hn::Set(d, grid_.cr));
            lane.zi = hn::Add(hn::Add(product, product), hn::Set(d, grid_.ci));
        }
    }

    [[nodiscard]] HWY_INLINE bool stopped() {
        if ((++stop_checks_ & 255U) == 0 && source_.stopped()) stopped_ = true;
        return stopped_;
    }

    const Grid& grid_;
    RowSource& source_;
    std::uint16_t* const counts_;
    const std::uint32_t first_row_;
    const std::uint32_t shallow_limit_;
    const bool has_deep_stage_;
    const std::uint32_t middle_limit_;
    LaneList middle_;
    LaneList deep_;
    LaneList leavers_;  ///< left in an untested block; z is that of its beginning
    std::uint64_t deep_rounds_ = 0;
    std::uint64_t save_at_ = 0;
    std::uint64_t save_interval_ = 1;
    unsigned stop_checks_ = 0;
    bool stopped_ = false;
};

void draw_bands(const Grid& grid, RowSource& source, std::uint16_t* counts, std::uint32_t first_row) {
    Kernel(grid, source, counts, first_row).run();
}

}  // namespace faafo::render::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faafo::render {

HWY_EXPORT(draw_bands);

void draw_bands(const Grid& grid, RowSource& source, std::uint16_t* counts, std::uint32_t first_row) {
    HWY_DYNAMIC_DISPATCH(draw_bands)(grid, source, counts, first_row);
}

void LaneList::reserve(std::size_t capacity) {
    // Left uninitialised: the pages are touched when pixels arrive.
    zr = std::make_unique_for_overwrite<double[]>(capacity);
    zi = std::make_unique_for_overwrite<double[]>(capacity);
    tag = std::make_unique_for_overwrite<std::uint64_t[]>(capacity);
}

std::vector<std::string_view> instruction_sets() {
    std::vector<std::string_view> names;
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        names.emplace_back(hwy::TargetName(target));
    }
    return names;
}

void use_instruction_set(std::string_view name) {
    std::int64_t chosen = 0;
    hwy::SetSupportedTargetsForTest(0);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        if (name == hwy::TargetName(target)) chosen = target;
    }
    hwy::SetSupportedTargetsForTest(chosen);
    hwy::GetChosenTarget().DeInit();
}

}  // namespace faafo::render
#endif
