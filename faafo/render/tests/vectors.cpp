#include "faafo/render/tests/vectors.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace faafo::render::test {
namespace {

namespace json = boost::json;

json::value load(const std::string& name) {
    std::ifstream file(std::string(SOURCE_DIR "/faafo/render/testdata/") + name);
    if (!file) throw std::runtime_error("cannot read testdata/" + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return json::parse(text);
}

double hexadecimal(const json::value& value) {
    return std::strtod(value.as_string().c_str(), nullptr);
}

}  // namespace

std::vector<Vector> golden_pictures() {
    const json::value document = load("julia.json");
    std::vector<Vector> pictures;
    for (const json::value& entry : document.at("cases").as_array()) {
        const json::value& hex = entry.at("hex");
        pictures.push_back({.name = entry.at("name").as_string().c_str(),
                            .julia = julia({.width = entry.at("width").as_int64(),
                                            .height = entry.at("height").as_int64(),
                                            .iterations = entry.at("iterations").as_int64(),
                                            .window = {hexadecimal(hex.at("xa")), hexadecimal(hex.at("xb")),
                                                       hexadecimal(hex.at("ya")), hexadecimal(hex.at("yb"))}},
                                           {hexadecimal(hex.at("c").at(0)), hexadecimal(hex.at("c").at(1))}),
                            .sha256_rgb = entry.at("sha256_rgb").as_string().c_str(),
                            .sha256_counts = entry.at("sha256_iter_u16le").as_string().c_str()});
    }
    return pictures;
}

std::vector<Vector> command_line_tasks() {
    const json::value document = load("cli-tasks.json");
    std::vector<Vector> tasks;
    for (const json::value& entry : document.at("tasks").as_array()) {
        tasks.push_back(
            {.name = fmt::format("task {}", tasks.size()),
             .julia = julia({.width = entry.at("width").as_int64(),
                             .height = entry.at("height").as_int64(),
                             .iterations = entry.at("iterations").as_int64(),
                             .window = {hexadecimal(entry.at("xa")), hexadecimal(entry.at("xb")),
                                        hexadecimal(entry.at("ya")), hexadecimal(entry.at("yb"))}},
                            {hexadecimal(entry.at("c").at(0)), hexadecimal(entry.at("c").at(1))}),
             .sha256_rgb = {},
             .sha256_counts = entry.at("sha256_iter_u16le").as_string().c_str()});
    }
    return tasks;
}

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string text;
    for (unsigned i = 0; i < size; ++i)
        text += fmt::format("{:02x}", digest[i]);
    return text;
}

std::string sha256(std::span<const std::uint16_t> counts) {
    std::string bytes;
    bytes.reserve(2 * counts.size());
    for (const std::uint16_t count : counts) {
        bytes.push_back(static_cast<char>(count & 0xffU));
        bytes.push_back(static_cast<char>(count >> 8U));
    }
    return sha256(bytes);
}

}  // namespace faafo::render::test
