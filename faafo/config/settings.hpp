// What the programs can be told: the original's keys and flags, and ours. Flags win over files, files over defaults.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faafo/config/ini.hpp"
#include "faafo/render/parameters.hpp"

namespace faafo::config {

struct Settings {
    std::string listen_address = "127.0.0.1";
    std::uint16_t bind_port = 80;
    std::string database_url;   ///< a file in the state folder
    std::string transport_url;  ///< the queue inside the database
    std::string endpoint_url = "http://localhost";
    bool debug = false;
    std::filesystem::path log_file;
    std::filesystem::path log_dir;
    unsigned workers = 1;           ///< read_settings(): as many as the machine has cores
    unsigned threads_per_task = 1;  ///< cores that draw one picture together
    std::chrono::seconds lease{30};
    unsigned max_attempts = 5;
    std::chrono::seconds hand_over{300};
    /// Every picture that may be asked for must get through, or workers of a broker draw it in vain: a byte for each
    /// pixel at the most, in base64, its thumbnail, and what is around them.
    std::uint64_t max_body_size = render::max_pixels / 3 * 4 + (std::uint64_t{4} << 20);
    unsigned request_threads = 8;
};

/// "sqlite:////var/lib/faafo/faafo.db" for root and services, else below the home folder.
[[nodiscard]] std::string default_database_url();

/// What a command line asked for.
struct CommandLine {
    Settings settings;
    std::optional<int> exit_status;  ///< nothing more to do: --help, --version or a mistake; it was printed
};

/// Flags and files of `program`. Throws BadConfiguration.
[[nodiscard]] CommandLine read_settings(std::string_view program, std::string_view description, int argc,
                                        const char* const* argv);

}  // namespace faafo::config
