// What the command-line programs print: live progress on a terminal, plain lines elsewhere, tables.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace common::tty {

/// True if `stream` is a terminal and neither NO_COLOR nor TERM=dumb says otherwise.
[[nodiscard]] bool is_interactive(std::FILE* stream);

enum class StepState { waiting, running, done, unchanged, failed, interrupted };

/// A list of named steps, each on one line that changes in place on a terminal (spinner, seconds, detail);
/// elsewhere one plain line whenever a step changes its state. Thread-safe.
class Progress {
  public:
    explicit Progress(std::FILE* stream = stderr);
    /// The same with the decision made by the caller; for tests and for --no-progress.
    Progress(std::FILE* stream, bool interactive);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Returns the step's number.
    std::size_t add(const std::string& title);
    void set(std::size_t step, StepState state, const std::string& detail = {});
    /// A line above the steps.
    void note(std::string_view line);
    /// Whether the lines change in place, seconds included; else what takes long is worth a note now and then.
    [[nodiscard]] bool is_live() const;
    /// Draws a last time and leaves the lines standing.
    void finish();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

enum class Align { left, right, centre };
struct Column {
    std::string title;
    Align align = Align::left;
};
/// +----+----+ tables, as `openstack` draws them; widths count display columns, not bytes. Where `room` is not 0, cells
/// are broken into lines until the table fits into it, as far as that is possible.
[[nodiscard]] std::string table(const std::vector<Column>& columns,
                                const std::vector<std::vector<std::string>>& rows, std::size_t room = 0);

/// The columns of the terminal that `stream` is; 0 where it is none.
[[nodiscard]] std::size_t terminal_columns(std::FILE* stream);

/// Control characters of text that came from elsewhere, made visible, so that it cannot drive the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// Bytes that are no UTF-8 made visible, as JSON needs it; all else stays as it is.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace common::tty
