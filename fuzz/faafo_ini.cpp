// faafo's configuration files: values, or a BadConfiguration that names the line.
#include "faafo/config/ini.hpp"

#include "fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace faafo::config;
    try {
        for (const auto& [key, value] : parse_ini(fuzz::text(data, size), "faafo.conf")) {
            fuzz::require(!key.empty(), "a value has a key");
            fuzz::require(key.find('\n') == std::string::npos, "a key stands on one line");
        }
    } catch (const BadConfiguration& error) {
        fuzz::require(std::string_view(error.what()).starts_with("faafo.conf:"),
                      "an error names file and line");
    }
    return 0;
}
