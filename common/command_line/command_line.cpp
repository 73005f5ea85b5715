#include "common/command_line/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <limits>
#include <type_traits>
#include <utility>

namespace common::command_line {
namespace {

constexpr int usage_status = 2;

/// Decimal digits, all of them, and no more than the variable holds: CLI11 would read 0400 as 256, and end a number that is
/// too large at the greatest.
template <typename Integer>
std::string make_exact(std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool number = error != std::errc::invalid_argument && end == text.data() + text.size();
    if (!number) return "'" + text + "' is no whole number";
    if (error == std::errc::result_out_of_range || !std::in_range<Integer>(value)) {
        return "must be from " + std::to_string(std::numeric_limits<Integer>::min()) + " to " +
               std::to_string(std::numeric_limits<Integer>::max());
    }
    text = std::to_string(value);
    return {};
}

template <typename Value>
struct Held {
    using Type = Value;
};
template <typename Value>
struct Held<std::optional<Value>> {
    using Type = Value;
};

}  // namespace

const Option& Option::type_name(const std::string& name) const {
    option_->type_name(name);
    return *this;
}

const Option& Option::required() const {
    option_->required();
    return *this;
}

const Option& Option::show_default() const {
    option_->capture_default_str();
    return *this;
}

const Option& Option::hide() const {
    option_->group("");
    return *this;
}

const Option& Option::one_value_each() const {
    option_->allow_extra_args(false);
    return *this;
}

const Option& Option::one_of(std::vector<std::string> values) const {
    option_->check(CLI::IsMember(std::move(values)));
    return *this;
}

const Option& Option::range(double least, double most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

const Option& Option::positive() const {
    option_->check(CLI::PositiveNumber);
    return *this;
}

const Option& Option::check(std::function<std::string(const std::string&)> complaint) const {
    option_->check(std::move(complaint));
    return *this;
}

const Option& Option::excludes(const Option& other) const {
    option_->excludes(other.option_);
    return *this;
}

bool Option::given() const {
    return option_->count() != 0;
}

template <OptionValue Value>
Option Command::option(const std::string& names, Value& value, const std::string& help) const {
    CLI::Option* option = app_->add_option(names, value, help);
    using Type = typename Held<Value>::Type;
    if constexpr (std::is_integral_v<Type>) option->transform(CLI::Validator(make_exact<Type>, ""));
    return Option(option);
}

template Option Command::option(const std::string&, std::string&, const std::string&) const;
template Option Command::option(const std::string&, std::vector<std::string>&, const std::string&) const;
template Option Command::option(const std::string&, std::filesystem::path&, const std::string&) const;
template Option Command::option(const std::string&, int&, const std::string&) const;
template Option Command::option(const std::string&, unsigned&, const std::string&) const;
template Option Command::option(const std::string&, std::uint16_t&, const std::string&) const;
template Option Command::option(const std::string&, std::int64_t&, const std::string&) const;
template Option Command::option(const std::string&, std::optional<std::int64_t>&, const std::string&) const;
template Option Command::option(const std::string&, double&, const std::string&) const;
template Option Command::option(const std::string&, std::optional<double>&, const std::string&) const;

Option Command::option(const std::string& names, const std::function<void(const std::string&)>& take,
                       const std::string& help) const {
    return Option(app_->add_option_function<std::string>(names, take, help));
}

Option Command::flag(const std::string& names, bool& value, const std::string& help) const {
    return Option(app_->add_flag(names, value, help));
}

Option Command::flag(const std::string& names, std::function<void()> take, const std::string& help) const {
    return Option(app_->add_flag_callback(names, std::move(take), help));
}

Command Command::subcommand(const std::string& name, const std::string& help) const {
    return Command(app_->add_subcommand(name, help));
}

void Command::require_subcommand() const {
    app_->require_subcommand(1);
}

void Command::options_anywhere() const {
    app_->fallthrough();
}

void Command::on_chosen(std::function<void()> act) const {
    app_->callback(std::move(act));
}

bool Command::chosen() const {
    return app_->parsed();
}

void Command::footer(const std::string& text) const {
    app_->footer(text);
}

CommandLine::CommandLine(const std::string& description, const std::string& program)
    : Command(nullptr), owned_(std::make_unique<CLI::App>(description, program)) {
    app_ = owned_.get();
}

CommandLine::~CommandLine() = default;

void CommandLine::version(const std::string& text) const {
    owned_->set_version_flag("--version", text);
}

std::optional<int> CommandLine::parse(int argc, const char* const* argv) {
    const auto print = [&](const CLI::Error& error) { return owned_->exit(error) == 0 ? 0 : usage_status; };
    try {
        owned_->parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        return print(error);
    } catch (const UsageError& error) {
        return print(CLI::ValidationError(std::string(error.what())));
    }
}

void CommandLine::parse(std::vector<std::string> arguments) {
    // CLI11 takes them from the end.
    std::ranges::reverse(arguments);
    try {
        owned_->parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        throw UsageError(error.what());
    }
}

}  // namespace common::command_line
