// One fractal as the database keeps it, and what a worker hands in for it. Plain values: the API, the queue,
// the workers and the pages all speak of these.
#pragma once

#include <chrono>
#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "faafo/render/parameters.hpp"

namespace faafo::store {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
[[nodiscard]] Time now();
/// "2026-11-22T15:04:05.678Z"
[[nodiscard]] std::string to_text(Time time);
/// The reverse; date alone, no fraction, and a missing "Z" are understood too. Nothing when it is no time.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text);

enum class State { queued, drawing, done, failed };
[[nodiscard]] std::string_view to_text(State state);
[[nodiscard]] std::optional<State> parse_state(std::string_view text);

struct Fractal {
    std::string uuid;  ///< lower case
    render::Parameters parameters;
    /// The Julia set's constant. Absent when a worker that does not say which one it took drew the picture.
    std::optional<std::complex<double>> c;
    State state = State::queued;
    std::int64_t attempts = 0;  ///< how often a worker began
    std::optional<std::string> failure_reason;
    std::optional<std::string> checksum;      ///< SHA-256 of the picture's file, hexadecimal
    std::optional<std::string> url;           ///< kept for the original's clients; always null
    std::optional<double> duration;           ///< seconds of drawing
    std::optional<std::int64_t> size;         ///< bytes of the picture's file
    std::optional<std::string> generated_by;  ///< the worker's host
    Time created_at;
    std::optional<Time> started_at;
    std::optional<Time> finished_at;
};

/// A picture, drawn.
struct Result {
    std::string uuid;
    std::string image;      ///< the bytes of a PNG file
    std::string thumbnail;  ///< the same, smaller; empty where the picture itself is small
    std::string checksum;   ///< SHA-256 of `image`
    std::optional<double> duration;
    std::optional<std::string> generated_by;
    std::optional<std::complex<double>> c;
    /// Which delivery of the task this answers; the original's workers do not say.
    std::optional<std::string> lease;
};

/// A UUID in its usual form of 36 characters, any case.
[[nodiscard]] bool is_uuid(std::string_view text);
/// Random, version 4.
[[nodiscard]] std::string new_uuid();
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace faafo::store
