// What a program takes on its command line: options, flags and subcommands.
// CLI11 does it, behind an interface of ours: each file that includes its headers takes ten seconds to compile.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace common::command_line {

/// The user's mistake. What checks cannot know is thrown by functions of on_chosen().
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
    UsageError(const std::string& option, const std::string& complaint)
        : std::runtime_error(option + ": " + complaint) {}
};

/// What the value of an option may be kept in. It stays as it is when the option is not given.
template <typename T, typename... Types>
concept OneOf = (std::same_as<T, Types> || ...);
template <typename T>
concept OptionValue =
    OneOf<T, std::string, std::vector<std::string>, std::filesystem::path, int, unsigned, std::uint16_t,
          std::int64_t, std::optional<std::int64_t>, double, std::optional<double>>;

/// Belongs to its CommandLine, like Command.
class Option {
  public:
    const Option& type_name(const std::string& name) const;
    const Option& required() const;
    /// The help shows what the variable has now.
    const Option& show_default() const;
    const Option& hide() const;
    /// Takes one value each time it is given, however many it keeps.
    const Option& one_value_each() const;
    const Option& one_of(std::vector<std::string> values) const;
    const Option& range(double least, double most) const;
    const Option& positive() const;
    /// What is wrong with the value, nothing when it is good.
    const Option& check(std::function<std::string(const std::string&)> complaint) const;
    const Option& excludes(const Option& other) const;

    [[nodiscard]] bool given() const;

  private:
    friend class Command;
    explicit Option(CLI::Option* option) : option_(option) {}

    CLI::Option* option_;
};

/// The program itself, or a subcommand. Copies are the same command.
class Command {
  public:
    /// `names` are separated by commas: "-o,--output"; without dashes the option is told by its position.
    /// `value` must outlive the parsing.
    template <OptionValue Value>
    Option option(const std::string& names, Value& value, const std::string& help) const;
    Option option(const std::string& names, const std::function<void(const std::string&)>& take,
                  const std::string& help) const;
    Option flag(const std::string& names, bool& value, const std::string& help) const;
    Option flag(const std::string& names, std::function<void()> take, const std::string& help) const;

    [[nodiscard]] Command subcommand(const std::string& name, const std::string& help) const;
    void require_subcommand() const;
    /// Options of the program may stand behind the subcommand, too.
    void options_anywhere() const;
    /// Called while the command line is parsed, when all values of this command are known.
    void on_chosen(std::function<void()> act) const;
    [[nodiscard]] bool chosen() const;
    /// What the help ends with.
    void footer(const std::string& text) const;

  protected:
    explicit Command(CLI::App* app) : app_(app) {}

    CLI::App* app_;
};

class CommandLine : public Command {
  public:
    /// The help begins with the description. Without a name it is argv's.
    explicit CommandLine(const std::string& description, const std::string& program = {});
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    void version(const std::string& text) const;

    /// Nothing when the program shall go on. Otherwise help, version or complaint are printed already, and this is what to
    /// end with: 0, or 2 for wrong usage.
    [[nodiscard]] std::optional<int> parse(int argc, const char* const* argv);
    /// The same without a word; throws UsageError.
    void parse(std::vector<std::string> arguments);

  private:
    std::unique_ptr<CLI::App> owned_;
};

}  // namespace common::command_line
