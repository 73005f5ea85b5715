// Files beside the database: images and objects. A file is complete and on disk before a document speaks of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace localcloud::state {

/// Writes `bytes` to a file beside `target`, makes them durable and renames it. Replaces what was there.
void write_file(const std::filesystem::path& target, std::string_view bytes);
/// The same with a file that exists, by renaming it where that is possible.
void take_file(const std::filesystem::path& target, const std::filesystem::path& source);
/// Whether this is what write_file() left where it was killed.
[[nodiscard]] bool is_unfinished(const std::filesystem::path& path);
/// Absent is fine.
void remove_file(const std::filesystem::path& file) noexcept;

}  // namespace localcloud::state
