#include "faafo/config/logging.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cctype>
#include <memory>

namespace faafo::config {
namespace {

/// INFO, WARNING, ERROR: as Python's logging writes them.
class LevelName : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& target) override {
        for (const char letter : spdlog::level::to_string_view(message.level)) {
            target.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
        }
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return spdlog::details::make_unique<LevelName>();
    }
};

}  // namespace

void start_logging(const Settings& settings, const std::string& name) {
    std::filesystem::path file = settings.log_file;
    if (file.empty() && !settings.log_dir.empty()) file = name + ".log";
    if (!file.empty() && file.is_relative()) file = settings.log_dir / file;

    spdlog::sink_ptr sink;
    try {
        if (file.empty()) {
            sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        } else {
            sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
        }
    } catch (const spdlog::spdlog_ex& error) {
        throw BadConfiguration(fmt::format("cannot write the log file {}: {}", file.string(), error.what()));
    }
    auto logger = std::make_shared<spdlog::logger>(name, std::move(sink));
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<LevelName>('*').set_pattern("%Y-%m-%d %H:%M:%S.%e %P %* %n [-] %v");
    logger->set_formatter(std::move(formatter));
    logger->set_level(settings.debug ? spdlog::level::debug : spdlog::level::info);
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace faafo::config
