#include "faafo/render/png.hpp"

#include <gmock/gmock.h>
#include <png.h>

#include <cstring>
#include <random>

#include "faafo/render/tests/vectors.hpp"

namespace faafo::render {
namespace {

/// What libpng makes of a file: RGB bytes; the test fails when it objects to anything.
std::string decode(const std::string& file, std::uint32_t& width, std::uint32_t& height) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    EXPECT_TRUE(png_image_begin_read_from_memory(&image, file.data(), file.size())) << image.message;
    image.format = PNG_FORMAT_RGB;
    std::string rgb(PNG_IMAGE_SIZE(image), '\0');
    EXPECT_TRUE(png_image_finish_read(&image, nullptr, rgb.data(), 0, nullptr)) << image.message;
    EXPECT_EQ(image.warning_or_error, 0U) << image.message;
    width = image.width;
    height = image.height;
    return rgb;
}

TEST(Png, DrawsTheGoldenPictures) {
    for (const auto& vector : test::golden_pictures()) {
        std::uint32_t width = 0;
        std::uint32_t height = 0;
        const std::string rgb = decode(draw_png(vector.julia, {.threads = 2}), width, height);
        EXPECT_EQ(width, vector.julia.width);
        EXPECT_EQ(height, vector.julia.height);
        EXPECT_EQ(test::sha256(rgb), vector.sha256_rgb) << vector.name;
    }
}

TEST(Png, IsReadBackWhateverItsSizeContentAndLevel) {
    std::mt19937 random(7);  // NOLINT: the same files every time
    std::vector<std::pair<std::uint32_t, std::uint32_t>> sizes{
        {1, 1}, {1, 20'000}, {20'000, 1}, {20'000, 37}, {262'143 / 64, 130}, {65'535, 3}};
    for (int i = 0; i < 40; ++i)
        sizes.emplace_back(1 + random() % 700, 1 + random() % 700);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto [width, height] = sizes[i];
        std::vector<std::uint16_t> counts(std::size_t{width} * height);
        // From one colour to noise that cannot be compressed.
        const std::uint32_t colours = i % 4 == 0 ? 1 : 65'536 >> (random() % 16);
        for (auto& count : counts)
            count = static_cast<std::uint16_t>(random() % colours);
        std::string file;
        PngWriter writer(
            width, height, [&](std::string_view bytes) { file += bytes; }, static_cast<int>(i % 4));
        for (std::uint32_t row = 0; row < height;) {
            const std::uint32_t rows = std::min<std::uint32_t>(1 + random() % 90, height - row);
            writer.write_rows(std::span(counts).subspan(std::size_t{row} * width, std::size_t{rows} * width));
            row += rows;
        }
        writer.finish();
        std::uint32_t read_width = 0;
        std::uint32_t read_height = 0;
        ASSERT_EQ(decode(file, read_width, read_height), to_rgb(counts)) << width << " x " << height;
        ASSERT_EQ(read_width, width);
        ASSERT_EQ(read_height, height);
    }
}

TEST(Png, RefusesRowsThatDoNotFit) {
    const auto ignore = [](std::string_view) {};
    PngWriter writer(3, 2, ignore);
    const std::vector<std::uint16_t> counts(9);
    EXPECT_THROW(writer.write_rows(std::span(counts).first(4)), std::logic_error);
    EXPECT_THROW(writer.write_rows(counts), std::logic_error);
    writer.write_rows(std::span(counts).first(3));
    EXPECT_THROW(writer.finish(), std::logic_error);
    EXPECT_THROW(PngWriter(0, 2, ignore), std::invalid_argument);
    EXPECT_THROW(PngWriter(2, 2, ignore, 4), std::invalid_argument);
}

TEST(Png, IsSmallerThanTheOriginals) {
    // The original's RGB files take about 0.7 bits per pixel for this picture, ours about 0.55.
    const Julia picture =
        julia({.width = 512, .height = 512, .iterations = 256, .window = {}}, {-0.123, 0.745});
    EXPECT_LT(draw_png(picture).size() * 8, 512U * 512U);
}

}  // namespace
}  // namespace faafo::render
