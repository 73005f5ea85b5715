#include "localcloud/api/compute/pattern.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <tuple>

namespace localcloud::api::compute {

namespace {

using Letters = Pattern::Letters;
using Operation = Pattern::Operation;
using Step = Pattern::Step;

constexpr std::size_t longest_expression = 200;
constexpr std::size_t most_steps = 600;  ///< each of them is looked at for each letter of a text, at worst
constexpr std::size_t most_repetitions = 255;

std::size_t place_of(char letter) {
    return static_cast<unsigned char>(letter);
}

Letters range(char first, char last) {
    Letters letters;
    for (std::size_t place = place_of(first); place <= place_of(last); ++place)
        letters.set(place);
    return letters;
}

Letters any_of(std::string_view list) {
    Letters letters;
    for (const char letter : list)
        letters.set(place_of(letter));
    return letters;
}

const Letters digits = range('0', '9');
const Letters alphabet = range('a', 'z') | range('A', 'Z');
const Letters word = digits | alphabet | any_of("_");
const Letters space = any_of(" \t\n\r\f\v");
const Letters punctuation = range('!', '~') & ~digits & ~alphabet;

Letters in_either_case(Letters letters) {
    for (char lower = 'a'; lower <= 'z'; ++lower) {
        const std::size_t small = place_of(lower);
        const std::size_t large = small - ('a' - 'A');
        const bool wanted = letters.test(small) || letters.test(large);
        letters.set(small, wanted).set(large, wanted);
    }
    return letters;
}

/// "\d" and the like.
std::optional<Letters> escaped_class(char letter) {
    switch (letter) {
        case 'd':
            return digits;
        case 'D':
            return ~digits;
        case 'w':
            return word;
        case 'W':
            return ~word;
        case 's':
            return space;
        case 'S':
            return ~space;
        default:
            return std::nullopt;
    }
}

/// "\n" and the like, and everything that has no other meaning than itself.
char escaped_letter(char letter) {
    static constexpr std::array known{std::pair{'n', '\n'}, std::pair{'t', '\t'}, std::pair{'r', '\r'},
                                      std::pair{'f', '\f'}, std::pair{'v', '\v'}};
    for (const auto& [name, meaning] : known)
        if (letter == name) return meaning;
    if ((digits | alphabet).test(place_of(letter))) throw std::invalid_argument{"there is no such escape"};
    return letter;
}

Letters named_class(std::string_view name) {
    static const std::array known{std::pair{"alnum", digits | alphabet},
                                  std::pair{"alpha", alphabet},
                                  std::pair{"digit", digits},
                                  std::pair{"lower", range('a', 'z')},
                                  std::pair{"upper", range('A', 'Z')},
                                  std::pair{"space", space},
                                  std::pair{"punct", punctuation},
                                  std::pair{"xdigit", digits | range('a', 'f') | range('A', 'F')}};
    for (const auto& [candidate, letters] : known)
        if (name == candidate) return letters;
    throw std::invalid_argument{"there is no such class"};
}

/// Writes the steps of an expression while it reads it. Every part that it has written can be written again, moved.
class Compiler {
  public:
    Compiler(std::string_view expression, std::vector<Step>& steps, std::vector<Letters>& letters)
        : rest_(expression), steps_(steps), letters_(letters) {}

    void compile() {
        alternatives();
        if (!rest_.empty()) throw std::invalid_argument{"unbalanced parenthesis"};
        add({Operation::found});
    }

  private:
    bool takes(std::string_view words) {
        if (!rest_.starts_with(words)) return false;
        rest_.remove_prefix(words.size());
        return true;
    }

    char take() {
        if (rest_.empty()) throw std::invalid_argument{"it ends too early"};
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        return letter;
    }

    void add(Step step) {
        if (steps_.size() >= most_steps) throw std::invalid_argument{"it is too large"};
        steps_.push_back(step);
    }

    void insert(std::size_t place, Step step) {
        add(step);
        std::rotate(steps_.begin() + static_cast<std::ptrdiff_t>(place), steps_.end() - 1, steps_.end());
        for (std::size_t moved = place + 1; moved < steps_.size(); ++moved)
            lead_further(steps_[moved], place, 1);
    }

    /// What leads to `from` or beyond leads `by` steps further.
    static void lead_further(Step& step, std::size_t from, std::size_t by) {
        if (step.operation != Operation::fork && step.operation != Operation::jump) return;
        if (step.first >= from) step.first += by;
        if (step.operation == Operation::fork && step.second >= from) step.second += by;
    }

    void alternatives() {
        const std::size_t start = steps_.size();
        sequence();
        if (!takes("|")) return;
        insert(start, {Operation::fork, start + 1, 0});
        const std::size_t jump = steps_.size();
        add({Operation::jump});
        steps_[start].second = steps_.size();
        alternatives();
        steps_[jump].first = steps_.size();
    }

    void sequence() {
        while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
            const std::size_t start = steps_.size();
            part();
            repetitions(start);
        }
    }

    void part() {
        if (counts()) throw std::invalid_argument{"nothing to repeat"};
        const char letter = take();
        switch (letter) {
            case '(':
                if (rest_.starts_with("?") && !takes("?:"))
                    throw std::invalid_argument{"it looks around, or names a group"};
                alternatives();
                if (!takes(")")) throw std::invalid_argument{"missing parenthesis"};
                return;
            case '[':
                return add_letters(bracket());
            case '.':
                return add_letters(~any_of("\n"));
            case '^':
                return add({Operation::begin});
            case '$':
                return add({Operation::end});
            case '*':
            case '+':
            case '?':
                throw std::invalid_argument{"nothing to repeat"};
            case '\\':
                return escape();
            default:
                return add_letters(any_of({&letter, 1}));
        }
    }

    void escape() {
        const char letter = take();
        if (letter == 'b') return add({Operation::boundary});
        if (letter == 'B') return add({Operation::no_boundary});
        if (letter == 'A') return add({Operation::begin});
        if (letter == 'Z') return add({Operation::end});
        if (const auto letters = escaped_class(letter)) return add_letters(*letters);
        const char meant = escaped_letter(letter);
        add_letters(any_of({&meant, 1}));
    }

    void add_letters(const Letters& letters) {
        add({Operation::letter, letters_.size()});
        letters_.push_back(in_either_case(letters));
    }

    Letters bracket() {
        const bool others = takes("^");
        Letters letters;
        bool first = true;
        while (first || !rest_.starts_with("]")) {
            first = false;
            if (takes("[:")) {
                const std::size_t end = rest_.find(":]");
                if (end == std::string_view::npos) throw std::invalid_argument{"unterminated class"};
                letters |= named_class(rest_.substr(0, end));
                rest_.remove_prefix(end + 2);
                continue;
            }
            char from = take();
            if (from == '\\') {
                from = take();
                if (const auto escaped = escaped_class(from)) {
                    letters |= *escaped;
                    continue;
                }
                from = escaped_letter(from);
            }
            char to = from;
            if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
                rest_.remove_prefix(1);
                to = take();
                if (to == '\\') to = escaped_letter(take());
            }
            if (place_of(to) < place_of(from)) throw std::invalid_argument{"bad range"};
            letters |= range(from, to);
        }
        rest_.remove_prefix(1);
        letters = in_either_case(letters);
        return others ? ~letters : letters;
    }

    /// "{2}", "{2,}", "{2,5}" or "{,5}"; anything else in braces stands for itself, as in Python.
    std::optional<std::pair<std::size_t, std::optional<std::size_t>>> counts() {
        const std::size_t close = rest_.find('}');
        if (!rest_.starts_with("{") || close == std::string_view::npos) return std::nullopt;
        const std::string_view inside = rest_.substr(1, close - 1);
        const std::size_t comma = inside.find(',');
        const auto number = [](std::string_view text) -> std::optional<std::size_t> {
            std::size_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
            return value;
        };
        const auto least = number(inside.substr(0, comma));
        const std::string_view second = comma == std::string_view::npos ? inside : inside.substr(comma + 1);
        const auto most = number(second);
        if ((!least && (comma != 0 || !most)) || (!most && !second.empty())) return std::nullopt;
        rest_.remove_prefix(close + 1);
        if (least.value_or(0) > most.value_or(most_repetitions) || most.value_or(0) > most_repetitions)
            throw std::invalid_argument{"bad repetition"};
        return std::pair{least.value_or(0), most};
    }

    void repetitions(std::size_t start) {
        std::size_t least = 0;
        std::optional<std::size_t> most;
        if (takes("+")) {
            least = 1;
        } else if (takes("?")) {
            most = 1;
        } else if (!takes("*")) {
            const auto range = counts();
            if (!range) return;
            std::tie(least, most) = *range;
        }
        // What is found earlier or is longer makes no difference here.
        (void)takes("?");
        const bool again =
            !rest_.empty() && std::string_view{"*+?"}.find(rest_.front()) != std::string_view::npos;
        if (again || counts()) throw std::invalid_argument{"multiple repeat"};
        repeat(start, least, most);
    }

    void repeat(std::size_t start, std::size_t least, std::optional<std::size_t> most) {
        const std::vector<Step> once(steps_.begin() + static_cast<std::ptrdiff_t>(start), steps_.end());
        steps_.resize(start);
        const auto write = [&] {
            const std::size_t by = steps_.size() - start;
            for (Step step : once) {
                lead_further(step, 0, by);
                add(step);
            }
        };
        for (std::size_t count = 0; count < least; ++count)
            write();
        if (!most) {
            const std::size_t fork = steps_.size();
            add({Operation::fork, fork + 1, 0});
            write();
            add({Operation::jump, fork});
            steps_[fork].second = steps_.size();
            return;
        }
        std::vector<std::size_t> forks;
        for (std::size_t count = least; count < *most; ++count) {
            forks.push_back(steps_.size());
            add({Operation::fork, steps_.size() + 1, 0});
            write();
        }
        for (const std::size_t fork : forks)
            steps_[fork].second = steps_.size();
    }

    std::string_view rest_;
    std::vector<Step>& steps_;
    std::vector<Letters>& letters_;
};

/// All that the expression may be at, at one place of the text: each step once, however many ways lead to it.
class Places {
  public:
    Places(const std::vector<Step>& steps, std::string_view text)
        : steps_(steps), text_(text), seen_(steps.size()) {}

    /// Whether the end is among them. Steps that read nothing are followed.
    bool enter(std::size_t start, std::size_t position) {
        waiting_.push_back(start);
        while (!waiting_.empty()) {
            const std::size_t place = waiting_.back();
            waiting_.pop_back();
            if (seen_[place]) continue;
            seen_[place] = true;
            const Step& step = steps_[place];
            switch (step.operation) {
                case Operation::found:
                    return true;
                case Operation::letter:
                    reading_.push_back(place);
                    break;
                case Operation::fork:
                    waiting_.push_back(step.second);
                    [[fallthrough]];
                case Operation::jump:
                    waiting_.push_back(step.first);
                    break;
                default:
                    if (holds(step.operation, position)) waiting_.push_back(place + 1);
            }
        }
        return false;
    }

    std::vector<std::size_t> leave() {
        std::fill(seen_.begin(), seen_.end(), false);
        return std::exchange(reading_, {});
    }

  private:
    [[nodiscard]] bool holds(Operation operation, std::size_t position) const {
        if (operation == Operation::begin) return position == 0;
        if (operation == Operation::end) return position == text_.size();
        const bool before = position > 0 && word.test(place_of(text_[position - 1]));
        const bool after = position < text_.size() && word.test(place_of(text_[position]));
        return (before != after) == (operation == Operation::boundary);
    }

    const std::vector<Step>& steps_;
    std::string_view text_;
    std::vector<bool> seen_;
    std::vector<std::size_t> waiting_, reading_;
};

}  // namespace

Pattern::Pattern(std::string_view expression) {
    if (expression.size() > longest_expression) throw std::invalid_argument{"it is too long"};
    Compiler{expression, steps_, letters_}.compile();
}

bool Pattern::found_in(std::string_view text) const {
    Places places{steps_, text};
    std::vector<std::size_t> reading;
    for (std::size_t position = 0; position <= text.size(); ++position) {
        for (const std::size_t place : reading) {
            if (letters_[steps_[place].first].test(place_of(text[position - 1])) &&
                places.enter(place + 1, position))
                return true;
        }
        // A match may begin at every place.
        if (places.enter(0, position)) return true;
        reading = places.leave();
    }
    return false;
}

}  // namespace localcloud::api::compute
