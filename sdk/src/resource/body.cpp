#include "openstack/body.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>

#include "openstack/error.hpp"

namespace openstack {

BodySource file_body(const std::string& path) {
    // A directory opens like a file, and only reading from it fails.
    if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
        throw Error("Cannot read " + path + ": it is a directory");
    }
    const auto file = std::make_shared<std::ifstream>(path, std::ios::binary | std::ios::ate);
    if (!*file) {
        throw Error("Cannot read " + path + ": " + std::strerror(errno));
    }
    const auto end = file->tellg();
    if (end < 0) {
        throw Error("Cannot read " + path + ": it has no size");
    }
    const auto size = static_cast<std::uint64_t>(end);
    file->seekg(0);
    return {.read =
                [file, path](char* buffer, std::size_t capacity) {
                    file->read(buffer, static_cast<std::streamsize>(capacity));
                    if (file->bad()) {
                        throw Error("Cannot read on in " + path);
                    }
                    return static_cast<std::size_t>(file->gcount());
                },
            .rewind =
                [file] {
                    file->clear();
                    file->seekg(0);
                },
            .size = size};
}

BodySource text_body(std::string text) {
    struct State {
        std::string text;
        std::size_t position = 0;
    };
    const auto state = std::make_shared<State>(State{.text = std::move(text)});
    return {.read =
                [state](char* buffer, std::size_t capacity) {
                    const std::size_t count = state->text.copy(buffer, capacity, state->position);
                    state->position += count;
                    return count;
                },
            .rewind = [state] { state->position = 0; },
            .size = state->text.size()};
}

}  // namespace openstack
