// Small files that are either as they were or as they should be, and locks between processes.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::host {

/// All of it; throws std::system_error naming the file.
[[nodiscard]] std::string read_file(const std::filesystem::path& file);
/// Writes beside it and renames; mode 0600.
void write_file(const std::filesystem::path& file, std::string_view content);
/// Writes into a file of /proc or /sys; false with errno on failure.
bool write_setting(const char* file, std::string_view value);
/// An exclusive lock that ends with the value (or the process). Throws a sentence at the timeout.
[[nodiscard]] Descriptor lock_file(const std::filesystem::path& file, std::chrono::milliseconds timeout);

/// Keeps an eye on a folder, by itself and not by its name. Throws std::system_error naming it.
[[nodiscard]] Descriptor open_folder(const std::filesystem::path& folder);
/// Whether somebody has removed it since.
[[nodiscard]] bool is_removed(const Descriptor& folder);

/// std::system_error with errno and "what path".
[[noreturn]] void fail(const std::string& what);

}  // namespace localcloud::host
