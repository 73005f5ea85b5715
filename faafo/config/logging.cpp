#include "faafo/config/logging.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace faafo::config {

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
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %P %^%l%$ %n [-] %v");
    logger->set_level(settings.debug ? spdlog::level::debug : spdlog::level::info);
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace faafo::config
