#include "faafo/cli/render_command.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "faafo/render/png.hpp"
#include "faafo/render/tests/vectors.hpp"

namespace faafo::cli {
namespace {

using testing::HasSubstr;

class RenderCommand : public testing::Test {
  protected:
    RenderCommand() {
        std::string name = (std::filesystem::temp_directory_path() / "faafo-render-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
    }
    ~RenderCommand() override { std::filesystem::remove_all(folder_); }

    /// Runs `faafo render` with the arguments and an output file in our folder.
    static void run(std::vector<std::string> arguments) {
        common::command_line::CommandLine line("Draws.");
        add_render_command(line);
        arguments.insert(arguments.begin(), "render");
        line.parse(std::move(arguments));
    }
    /// What it complains about.
    static std::string complaint(const std::vector<std::string>& arguments) {
        try {
            run(arguments);
        } catch (const common::command_line::UsageError& error) {
            return error.what();
        } catch (const std::runtime_error& error) {
            return std::string("failed: ") + error.what();
        }
        return "none";
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }
    static std::string content(const std::string& name) {
        std::ifstream stream(name, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
    }

    std::filesystem::path folder_;
};

/// The golden picture as arguments, with hexadecimal floats or shortest decimals.
std::vector<std::string> arguments_of(const render::Julia& julia, bool hexadecimal) {
    const auto text = [&](double value) {
        return hexadecimal ? fmt::format("{:a}", value) : fmt::format("{}", value);
    };
    const auto& window = julia.window;
    return {"--c",          fmt::format("{},{}", text(julia.c.real()), text(julia.c.imag())),
            "--xa",         text(window.xa),
            "--xb",         text(window.xb),
            "--ya",         text(window.ya),
            "--yb",         text(window.yb),
            "--width",      std::to_string(julia.width),
            "--height",     std::to_string(julia.height),
            "--iterations", std::to_string(julia.iterations)};
}

TEST_F(RenderCommand, DrawsTheGoldenPictures) {
    for (const bool hexadecimal : {true, false}) {
        for (const auto& vector : render::test::golden_pictures()) {
            auto arguments = arguments_of(vector.julia, hexadecimal);
            arguments.insert(arguments.end(), {"--output", file("out"), "--format", "counts"});
            run(arguments);
            EXPECT_EQ(render::test::sha256(content(file("out"))), vector.sha256_counts) << vector.name;
            arguments.back() = "rgb";
            run(arguments);
            EXPECT_EQ(render::test::sha256(content(file("out"))), vector.sha256_rgb) << vector.name;
            arguments.back() = "png";
            run(arguments);
            EXPECT_EQ(content(file("out")), render::draw_png(vector.julia)) << vector.name;
        }
    }
}

TEST_F(RenderCommand, ChoosesTheConstantAsTheWorkerDoes) {
    run({"--seed", "5f27f6ab", "--output", file("seed.png")});
    const auto expected = render::julia({.width = 640, .height = 480, .iterations = 256, .window = {}},
                                        render::choose_c({}, 256, "5f27f6ab"));
    EXPECT_EQ(content(file("seed.png")), render::draw_png(expected));
}

TEST_F(RenderCommand, NamesTheOptionThatIsWrong) {
    const std::string out = file("out.png");
    EXPECT_THAT(complaint({"--output", out}), HasSubstr("--c: is missing"));
    EXPECT_THAT(complaint({"--c", "1", "--output", out}), HasSubstr("--c: '1' is not a constant"));
    EXPECT_THAT(complaint({"--c", "1,x", "--output", out}), HasSubstr("--c: 'x' is not a number"));
    EXPECT_THAT(complaint({"--c", "nan,0", "--output", out}), HasSubstr("--c: must be two finite numbers"));
    EXPECT_THAT(complaint({"--c", "0,0", "--xa", "1e999", "--output", out}),
                HasSubstr("--xa: must be a finite number"));
    EXPECT_THAT(complaint({"--c", "0,0", "--yb", "2pt", "--output", out}),
                HasSubstr("--yb: '2pt' is not a number"));
    EXPECT_THAT(complaint({"--c", "0,0", "--width", "0", "--output", out}),
                HasSubstr("--width: must be between 1 and"));
    EXPECT_THAT(complaint({"--c", "0,0", "--width", "0", "--height", "-1", "--output", out}),
                HasSubstr("height: must be between 1 and"));
    EXPECT_THAT(complaint({"--seed", "a", "--iterations", "0", "--output", out}),
                HasSubstr("--iterations: must be"));
    EXPECT_THAT(complaint({"--c", "0,0", "--width", "wide", "--output", out}), HasSubstr("--width"));
    EXPECT_THAT(complaint({"--c", "0,0", "--format", "gif", "--output", out}), HasSubstr("--format"));
    EXPECT_EQ(files(), 0U);
}

TEST_F(RenderCommand, SaysWhyAFileCannotBeWritten) {
    EXPECT_THAT(complaint({"--c", "0,0", "--output", file("missing/out.png")}),
                testing::AllOf(HasSubstr("failed: "), HasSubstr("missing/out.png cannot be opened"),
                               HasSubstr("No such file")));
    EXPECT_THAT(complaint({"--c", "0,0", "--output", "/dev/full"}),
                HasSubstr("/dev/full cannot be written: No space"));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST_F(RenderCommand, ReplacesAFileOnlyWhenThePictureIsComplete) {
    const std::string out = file("out.png");
    std::ofstream(out) << "before";
    EXPECT_NE(complaint({"--c", "0,0", "--width", "-1", "--output", out}), "none");
    EXPECT_EQ(content(out), "before");
    run({"--c", "0,0", "--output", out});
    EXPECT_THAT(content(out), testing::StartsWith("\x89PNG"));
    EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace faafo::cli
