// Where a request body grows: in memory up to a limit, then in a temporary file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/httpd/message.hpp"

namespace common::httpd {

class BodySink {
  public:
    /// `expected` is the announced length, where there is one: what will not stay in memory goes to a file at once.
    BodySink(std::uint64_t memory_limit, std::filesystem::path directory,
             std::optional<std::uint64_t> expected);
    ~BodySink();
    BodySink(const BodySink&) = delete;
    BodySink& operator=(const BodySink&) = delete;

    /// Throws std::system_error when the file cannot be written.
    void append(std::string_view bytes);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// The body; the sink is empty afterwards.
    [[nodiscard]] Body finish();

  private:
    void open_file();
    void write(std::string_view bytes);

    std::uint64_t memory_limit_;
    std::filesystem::path directory_;
    std::string bytes_;
    std::uint64_t size_ = 0;
    int file_ = -1;
    std::shared_ptr<const std::filesystem::path> path_;
};

}  // namespace common::httpd
