#include "faafo/render/julia.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <random>
#include <thread>

#include "faafo/render/png.hpp"
#include "faafo/render/tests/vectors.hpp"

namespace faafo::render {
namespace {

using test::sha256;

/// Restores the choice of the fastest instruction set.
struct InstructionSet {
    explicit InstructionSet(std::string_view name) { use_instruction_set(name); }
    ~InstructionSet() { use_instruction_set({}); }
    InstructionSet(const InstructionSet&) = delete;
    InstructionSet& operator=(const InstructionSet&) = delete;
};

/// Where two pictures of counts first differ, for a person.
std::string difference(const Julia& julia, const std::vector<std::uint16_t>& got,
                       const std::vector<std::uint16_t>& expected) {
    if (got.size() != expected.size()) return "sizes differ";
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (got[i] != expected[i]) {
            return fmt::format("pixel ({}, {}) of {} x {}, {} iterations: {} instead of {}", i % julia.width,
                               i / julia.width, julia.width, julia.height, julia.iterations, got[i],
                               expected[i]);
        }
    }
    return {};
}

TEST(EscapeCounts, ScalarReferenceEqualsTheGoldenPictures) {
    for (const auto& vector : test::golden_pictures()) {
        const auto counts = escape_counts_scalar(vector.julia);
        EXPECT_EQ(sha256(counts), vector.sha256_counts) << vector.name;
        EXPECT_EQ(sha256(to_rgb(counts)), vector.sha256_rgb) << vector.name;
    }
}

TEST(EscapeCounts, EveryInstructionSetEqualsTheGoldenPictures) {
    ASSERT_FALSE(instruction_sets().empty());
    for (const std::string_view name : instruction_sets()) {
        const InstructionSet chosen(name);
        for (const auto& vector : test::golden_pictures()) {
            EXPECT_EQ(sha256(escape_counts(vector.julia)), vector.sha256_counts)
                << vector.name << " with " << name;
        }
    }
}

TEST(EscapeCounts, CommandLineTasksEqualTheirHashes) {
    for (const auto& task : test::command_line_tasks()) {
        ASSERT_EQ(sha256(escape_counts(task.julia, {.threads = 2})), task.sha256_counts) << task.name;
    }
}

TEST(EscapeCounts, EveryInstructionSetEqualsTheReferenceOnRandomPictures) {
    std::mt19937 random(20241122);  // NOLINT: the same pictures every time
    const auto between = [&](double a, double b) {
        return a + (b - a) * (static_cast<double>(random()) / static_cast<double>(std::mt19937::max()));
    };
    std::vector<Julia> pictures;
    for (int i = 0; i < 60; ++i) {
        pictures.push_back(
            julia({.width = 1 + static_cast<int>(random() % 90),
                   .height = 1 + static_cast<int>(random() % 60),
                   .iterations = 1 + static_cast<int>(random() % (i % 3 == 0 ? 1200 : 160)),
                   .window = {between(-2.5, 0), between(0, 2.5), between(-2, 0), between(0, 2)}},
                  {between(-1.5, 0.6), between(-1.2, 1.2)}));
    }
    // Where sums of squares round to the one value that does not decide, with constants inside and beyond 1.98.
    for (const int side : {41, 61, 101}) {
        for (const std::complex<double> c :
             {std::complex<double>{-0.4, 0.6}, {-2.0, 0.0}, {0.1, -1.99}, {3.0, 4.0}}) {
            for (const double extent : {2.0, 2.5, 3.0}) {
                pictures.push_back(julia({.width = side,
                                          .height = side,
                                          .iterations = 400,
                                          .window = {-extent, extent, -extent, extent}},
                                         c));
            }
        }
    }
    // Mostly inside: orbits that repeat themselves, at the borders of the numbers of tests.
    for (const int iterations : {8, 9, 10, 64, 65, 128, 129, 130, 4096, 65536}) {
        pictures.push_back(julia(
            {.width = 67, .height = 43, .iterations = iterations, .window = {-1.3, 1.3, -0.9, 0.9}},
            iterations % 2 == 0 ? std::complex<double>{-0.123, 0.745} : std::complex<double>{-1.0, 0.0}));
    }
    for (const Julia& picture : pictures) {
        const auto expected = escape_counts_scalar(picture);
        for (const std::string_view name : instruction_sets()) {
            const InstructionSet chosen(name);
            ASSERT_EQ(difference(picture, escape_counts(picture), expected), "") << name;
        }
    }
}

TEST(EscapeCounts, LateStepsThatOnlyHypotCanJudgeAreJudgedByIt) {
    // Found by search: after 24 to 22 steps the sum of squares rounds to the first double beyond 4, and |z| to 2.
    struct Case {
        std::complex<double> c;
        double x, y;
        std::uint16_t step;
    };
    const std::complex<double> c{0x1.147ae147ae148p-2, 0x1.0624dd2f1a9fcp-8};
    for (const Case& one : {Case{c, 0x1.8255a503a2506p-2, 0x1.0c0323532839cp-6, 24},
                            Case{c, 0x1.4055ec5d36f04p-2, 0x1.810d21c2c9203p-7, 23},
                            Case{c, 0x1.5528a3add0afbp-2, 0x1.8b2b4b7ddba69p-7, 23},
                            Case{c, 0x1.7732844ad7775p-2, 0x1.644de215329a5p-7, 22}}) {
        for (const int side : {1, 50}) {  // alone, and among many, all of the same point
            for (const int iterations : {100, 300}) {
                const Julia picture = julia({.width = side,
                                             .height = side,
                                             .iterations = iterations,
                                             .window = {one.x, one.x, one.y, one.y}},
                                            one.c);
                for (const std::string_view name : instruction_sets()) {
                    const InstructionSet chosen(name);
                    EXPECT_THAT(escape_counts(picture), testing::Each(one.step + 1)) << name;
                }
                EXPECT_THAT(escape_counts_scalar(picture), testing::Each(one.step + 1));
            }
        }
    }
}

TEST(EscapeCounts, ThreadsAndBandsChangeNothing) {
    const Julia picture =
        julia({.width = 811, .height = 403, .iterations = 700, .window = {}}, {-0.75, 0.11});
    const auto whole = escape_counts(picture);
    EXPECT_EQ(difference(picture, escape_counts(picture, {.threads = 5}), whole), "");
    std::vector<std::uint16_t> pieces(whole.size());
    for (std::uint32_t row = 0; row < picture.height; row += 100) {
        escape_counts(picture, row, std::min(100U, picture.height - row),
                      pieces.data() + std::size_t{row} * picture.width, {.threads = 3});
    }
    EXPECT_EQ(difference(picture, pieces, whole), "");
}

TEST(EscapeCounts, BandsOfALargePictureMakeTheWhole) {
    const Julia picture =
        julia({.width = 3001, .height = 1103, .iterations = 40, .window = {}}, {-0.75, 0.11});
    std::vector<std::uint16_t> joined;
    int bands = 0;
    for_each_band(picture, {}, [&](std::span<const std::uint16_t> counts) {
        joined.insert(joined.end(), counts.begin(), counts.end());
        ++bands;
    });
    EXPECT_GT(bands, 1);
    EXPECT_EQ(difference(picture, joined, escape_counts(picture)), "");
}

TEST(EscapeCounts, IterationsBeyondSixteenBitsOfTestsAreKept) {
    // c = 0 keeps the whole unit disc inside.
    const Julia picture =
        julia({.width = 9, .height = 9, .iterations = 65'536, .window = {-0.5, 0.5, -0.5, 0.5}}, 0.0);
    EXPECT_THAT(escape_counts(picture), testing::Each(65'535));
}

TEST(EscapeCounts, StopsWhenAsked) {
    // Hours of work without the request: |z| stays at about 1 and does not repeat itself.
    const Julia picture =
        julia({.width = 3000, .height = 3000, .iterations = 65'536, .window = {-0.3, 0.3, -0.3, 0.3}},
              {-0.39, -0.587});
    std::stop_source source;
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        source.request_stop();
    });
    EXPECT_THROW((void)escape_counts(picture, {.threads = 2, .stop = source.get_token()}), Cancelled);
    EXPECT_THROW((void)draw_png(picture, {.stop = source.get_token()}), Cancelled);
}

TEST(EscapeCounts, AStopWhileManyPixelsWaitWritesNothingBeyondTheirLists) {
    // The upper row never leaves and is drawn first; all of the lower one, which waits for it, leaves after 78 steps,
    // in its first block without tests. Wherever between them the stop comes, the lower row has nowhere to go.
    const Julia picture = julia({.width = 16'384,
                                 .height = 2,
                                 .iterations = 65'536,
                                 .window = {0.3687, 0.3687 + 1e-9, 0.3377, 0.656613}},
                                {-0.3905408702184, -0.5867879073469687});
    const std::array<double, 2> rows{picture.window.ya, picture.window.yb};
    ASSERT_EQ(escape_counts_scalar({.c = picture.c,
                                    .window = {0.3687, 0.3687 + 1e-9, rows[1], rows[1] + 1e-9},
                                    .width = 1,
                                    .height = 1,
                                    .iterations = 100}),
              std::vector<std::uint16_t>{78});
    for (const std::string_view name : instruction_sets()) {
        const InstructionSet chosen(name);
        for (std::chrono::milliseconds delay{1}; delay < std::chrono::milliseconds{100}; delay *= 2) {
            std::stop_source source;
            const std::jthread stopper([&] {
                std::this_thread::sleep_for(delay);
                source.request_stop();
            });
            try {
                (void)escape_counts(picture, {.stop = source.get_token()});
                break;  // the whole picture took less than the delay
            } catch (const Cancelled&) {
            }
        }
    }
}

TEST(ChooseC, IsTheSameForTheSameSeedAndDiffersOtherwise) {
    const Window window;
    const auto c = choose_c(window, 256, "5f27f6ab-43a0-4a4c-b9c5-6fd2a0f0d5c2");
    EXPECT_EQ(c, choose_c(window, 256, "5f27f6ab-43a0-4a4c-b9c5-6fd2a0f0d5c2"));
    EXPECT_NE(c, choose_c(window, 256, "5f27f6ab-43a0-4a4c-b9c5-6fd2a0f0d5c3"));
    // Fixed for ever: a task that is delivered again, perhaps to a newer worker, is drawn with the same constant.
    EXPECT_EQ(c, (std::complex<double>{0x1.c7b45e883a18p-4, -0x1.56c22aebda202p-1}));
}

TEST(ChooseC, IsAPointOfTheWindowWhoseOrbitLeavesLate) {
    for (int i = 0; i < 200; ++i) {
        const Window window{.xa = -1.0 - i * 0.01, .xb = 1.5, .ya = 2.0 - i * 0.005, .yb = -1.0};
        const auto c = choose_c(window, 300, std::to_string(i));
        EXPECT_GE(c.real(), window.xa);
        EXPECT_LE(c.real(), window.xb);
        EXPECT_LE(c.imag(), window.ya);
        EXPECT_GE(c.imag(), window.yb);
        const auto own = escape_counts_scalar(
            julia({.width = 1, .height = 1, .iterations = 300, .window = {c.real(), 0, c.imag(), 0}}, c));
        EXPECT_GT(own.at(0), 10);
        EXPECT_LT(own.at(0), 100);
    }
}

TEST(ChooseC, EndsForWindowsAndIterationsWithoutSuchAPoint) {
    for (const std::uint32_t iterations : {1U, 2U, 10U, 11U, 12U, 100U, 65'536U}) {
        for (const Window window : {Window{5, 6, 5, 6}, Window{-1e300, 1e300, -1e300, 1e300},
                                    Window{0, 0, 0, 0}, Window{1e-300, 2e-300, 0, 0}, Window{-2, 2, -2, 2}}) {
            const auto c = choose_c(window, iterations, "seed");
            EXPECT_LE(std::abs(c), 2.0);
        }
    }
}

}  // namespace
}  // namespace faafo::render
