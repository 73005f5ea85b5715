// Where a picture goes. A file appears under its name when it is complete, and a program that is ended leaves none beside
// it; devices and pipes are written directly.
#pragma once

#include <string>
#include <string_view>

namespace faafo::cli {

/// Every call but the destructor throws std::runtime_error, with the reason, when there is no room, no folder, no right.
class Output {
  public:
    /// "-" is the standard output.
    explicit Output(std::string name);
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(std::string_view bytes) const;
    /// Now it is complete: takes the place of a file of that name.
    void finish();
    [[nodiscard]] bool is_terminal() const;

  private:
    void open_file();
    [[noreturn]] void fail(std::string_view what) const;

    std::string name_;
    std::string temporary_;  ///< beside it, until it is complete; empty for what is written directly
    bool has_name_ = false;  ///< whether there is a file of the temporary name
    int descriptor_ = -1;
};

}  // namespace faafo::cli
