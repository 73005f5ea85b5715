// Regular expressions of clients, in time that grows with the text only: one that backtracks, as std::regex does, would
// let a single request of 40 letters stop the cloud.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace localcloud::api::compute {

/// What Python's and MySQL's have in common: groups, alternatives, repetitions, classes, anchors; letters of either case.
/// No back references and nothing that looks around: these cannot be found in bounded time.
class Pattern {
  public:
    /// Throws std::invalid_argument for what is no expression, or one that is too large.
    explicit Pattern(std::string_view expression);
    /// Whether it matches somewhere in the text.
    [[nodiscard]] bool found_in(std::string_view text) const;

    enum class Operation : std::uint8_t { letter, fork, jump, begin, end, boundary, no_boundary, found };
    /// Bytes: a letter outside of ASCII is several of them.
    using Letters = std::bitset<256>;
    struct Step {
        Operation operation;
        std::size_t first = 0, second = 0;  ///< where a fork or a jump leads; a letter's place in letters_
    };

  private:
    std::vector<Step> steps_;
    std::vector<Letters> letters_;
};

}  // namespace localcloud::api::compute
