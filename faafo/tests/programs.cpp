#include "faafo/tests/programs.hpp"

#include <stdexcept>

#include "common/testkit/wait.hpp"

namespace faafo::tests {
namespace {

/// No file of the machine's /etc/faafo decides over a test.
constexpr const char* no_configuration = "/dev/null";

}  // namespace

std::filesystem::path program(const std::string& name) {
    return std::filesystem::path(BUILD_DIR) / "bin" / name;
}

ApiProgram::ApiProgram(const std::string& database_url, const std::filesystem::path& log,
                       std::vector<std::string> flags) {
    const auto port = common::testkit::free_port();
    url_ = "http://127.0.0.1:" + std::to_string(port);
    std::vector<std::string> arguments{
        program("faafo-api").string(), "--config-file",  no_configuration, "--bind-port",
        std::to_string(port),          "--database-url", database_url};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    process_ = std::make_unique<common::process::Child>(
        common::process::Child::Options{.command = {.arguments = std::move(arguments)}, .output = log});
    if (!common::testkit::wait_for_port(port))
        throw std::runtime_error("faafo-api does not listen; see " + log.string());
}

common::process::Result ApiProgram::faafo(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {program("faafo").string(), "--endpoint-url", url_});
    return common::process::run({.arguments = std::move(arguments)});
}

common::process::Child start_worker(const std::string& database_url, const std::string& endpoint_url,
                                    const std::filesystem::path& log, const std::vector<std::string>& flags) {
    std::vector<std::string> arguments{program("faafo-worker").string(),
                                       "--config-file",
                                       no_configuration,
                                       "--workers",
                                       "1",
                                       "--database-url",
                                       database_url,
                                       "--endpoint-url",
                                       endpoint_url};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return common::process::Child({.command = {.arguments = std::move(arguments)}, .output = log});
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        all.push_back(text.substr(begin, end - begin));
    }
    return all;
}

}  // namespace faafo::tests
