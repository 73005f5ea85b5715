// PNG on ISA-L's deflate: signature, IHDR, PLTE, IDAT chunks of bounded size, IEND.
#include "faafo/render/png.hpp"

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace faafo::render {
namespace {

constexpr std::string_view signature{"\x89PNG\r\n\x1a\n", 8};
constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr std::size_t batch_bytes = 256 * 1024;  // pixels that are handed to the compressor at once

void append_big_endian(std::string& bytes, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0})
        bytes.push_back(static_cast<char>(value >> shift & 0xffU));
}

std::size_t level_buffer_size(int level) {
    constexpr std::array<std::size_t, 4> sizes{1, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT,
                                               ISAL_DEF_LVL3_DEFAULT};
    return sizes.at(static_cast<std::size_t>(level));
}

}  // namespace

struct PngWriter::State {
    State(std::uint32_t picture_width, std::uint32_t picture_height, Sink out, int level)
        : width(picture_width),
          rows_missing(picture_height),
          sink(std::move(out)),
          level_buffer(level_buffer_size(level)),
          compressed(chunk_bytes) {
        isal_deflate_init(&stream);
        stream.level = static_cast<std::uint32_t>(level);
        stream.level_buf = level_buffer.data();
        stream.level_buf_size = static_cast<std::uint32_t>(level_buffer.size());
        stream.gzip_flag = IGZIP_ZLIB;
        stream.flush = NO_FLUSH;
        stream.next_out = compressed.data();
        stream.avail_out = static_cast<std::uint32_t>(compressed.size());
        batch.reserve(batch_bytes + width + 1);
    }

    void chunk(std::string_view type, std::string_view data) const {
        std::string bytes;
        bytes.reserve(data.size() + 12);
        append_big_endian(bytes, static_cast<std::uint32_t>(data.size()));
        bytes += type;
        bytes += data;
        const std::uint32_t crc =
            crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(bytes.data() + 4), bytes.size() - 4);
        append_big_endian(bytes, crc);
        sink(bytes);
    }

    void header(std::uint32_t height) const {
        sink(signature);
        std::string data;
        append_big_endian(data, width);
        append_big_endian(data, height);
        data += std::string_view("\x08\x03\x00\x00\x00",
                                 5);  // 8 bits, indexed, deflate, no filters, not interlaced
        chunk("IHDR", data);
        std::string colours;
        for (const Colour& colour : palette()) {
            for (const std::uint8_t part : {colour.red, colour.green, colour.blue}) {
                colours.push_back(static_cast<char>(part));
            }
        }
        chunk("PLTE", colours);
    }

    void flush_chunk() {
        const std::size_t size = compressed.size() - stream.avail_out;
        if (size > 0) chunk("IDAT", {reinterpret_cast<const char*>(compressed.data()), size});
        stream.next_out = compressed.data();
        stream.avail_out = static_cast<std::uint32_t>(compressed.size());
    }

    void compress(bool last) {
        stream.next_in = batch.data();
        stream.avail_in = static_cast<std::uint32_t>(batch.size());
        stream.end_of_stream = last ? 1 : 0;
        for (;;) {
            if (const int status = isal_deflate(&stream); status != COMP_OK) {
                throw std::runtime_error(
                    fmt::format("The PNG could not be compressed (ISA-L status {}).", status));
            }
            const bool done = last ? stream.internal_state.state == ZSTATE_END
                                   : stream.avail_in == 0 && stream.avail_out > 0;
            if (stream.avail_out == 0 || (last && done)) flush_chunk();
            if (done) break;
        }
        batch.clear();
    }

    const std::uint32_t width;
    std::uint32_t rows_missing;
    const Sink sink;
    std::vector<std::uint8_t> level_buffer;
    std::vector<std::uint8_t> compressed;
    std::vector<std::uint8_t> batch;  ///< filter byte and palette indices of whole rows
    isal_zstream stream{};
};

PngWriter::PngWriter(std::uint32_t width, std::uint32_t height, Sink sink, int level) {
    if (width == 0 || height == 0 || level < 0 || level > 3) {
        throw std::invalid_argument(
            fmt::format("A PNG of {} x {} pixels at level {} cannot be written: it needs at "
                        "least one pixel and a level from 0 to 3.",
                        width, height, level));
    }
    state_ = std::make_unique<State>(width, height, std::move(sink), level);
    state_->header(height);
}

PngWriter::~PngWriter() = default;

void PngWriter::write_rows(std::span<const std::uint16_t> counts) {
    State& state = *state_;
    if (counts.size() % state.width != 0 || counts.size() / state.width > state.rows_missing) {
        throw std::logic_error("A PNG is written in whole rows, and no more of them than it has.");
    }
    for (std::size_t at = 0; at < counts.size(); at += state.width) {
        const std::span row = counts.subspan(at, state.width);
        const std::size_t begin = state.batch.size() + 1;
        state.batch.resize(begin + row.size());  // the filter byte is 0: none
        std::transform(row.begin(), row.end(), state.batch.begin() + static_cast<std::ptrdiff_t>(begin),
                       [](std::uint16_t count) { return static_cast<std::uint8_t>(count % palette_size); });
        --state.rows_missing;
        if (state.batch.size() >= batch_bytes) state.compress(false);
    }
}

void PngWriter::finish() {
    if (state_->rows_missing > 0) {
        throw std::logic_error(fmt::format("The PNG misses {} rows.", state_->rows_missing));
    }
    state_->compress(true);
    state_->chunk("IEND", {});
}

void draw_png(const Julia& julia, const Sink& sink, const Drawing& drawing) {
    PngWriter writer(julia.width, julia.height, sink);
    for_each_band(julia, drawing, [&](std::span<const std::uint16_t> counts) { writer.write_rows(counts); });
    writer.finish();
}

std::string draw_png(const Julia& julia, const Drawing& drawing) {
    std::string file;
    draw_png(julia, [&](std::string_view bytes) { file += bytes; }, drawing);
    return file;
}

}  // namespace faafo::render
