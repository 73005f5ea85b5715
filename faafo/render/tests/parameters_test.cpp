#include "faafo/render/parameters.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "faafo/render/julia.hpp"

namespace faafo::render {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Parameters good() {
    return {.width = 640, .height = 480, .iterations = 256, .window = {}};
}
auto names(const std::string& field) {
    return ElementsAre(Field(&FieldError::field, field));
}

TEST(Validate, AcceptsWhatCanBeDrawn) {
    EXPECT_THAT(validate(good()), IsEmpty());
    EXPECT_THAT(validate({.width = 1, .height = 1, .iterations = 1, .window = {0, 0, 0, 0}}), IsEmpty());
    EXPECT_THAT(validate({.width = 20'000, .height = 10'000, .iterations = 512, .window = {}}), IsEmpty());
    EXPECT_THAT(
        validate({.width = 10, .height = 10, .iterations = 65'536, .window = {2, -2, 1e300, -1e-300}}),
        IsEmpty());
}

TEST(Validate, NamesTheFieldThatIsOutOfRange) {
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-5}, std::int64_t{20'001}, std::numeric_limits<std::int64_t>::max(),
          std::numeric_limits<std::int64_t>::min()}) {
        auto wrong = good();
        wrong.width = value;
        EXPECT_THAT(validate(wrong), names("width")) << value;
        wrong = good();
        wrong.height = value;
        EXPECT_THAT(validate(wrong), names("height")) << value;
    }
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65'537}}) {
        auto wrong = good();
        wrong.iterations = value;
        EXPECT_THAT(validate(wrong), names("iterations")) << value;
    }
}

TEST(Validate, BoundsTheWholePictureAndItsWork) {
    EXPECT_THAT(validate({.width = 20'000, .height = 10'001, .iterations = 100, .window = {}}),
                names("height"));
    EXPECT_THAT(validate({.width = 20'000, .height = 10'000, .iterations = 65'536, .window = {}}),
                names("iterations"));
}

TEST(Validate, NamesTheEdgeThatIsNotFiniteOrTooFar) {
    const auto with = [](Window window) {
        auto parameters = good();
        parameters.window = window;
        return validate(parameters);
    };
    EXPECT_THAT(with({nan, 1, 0, 1}), names("xa"));
    EXPECT_THAT(with({0, infinity, 0, 1}), names("xb"));
    EXPECT_THAT(with({0, 1, -infinity, 1}), names("ya"));
    EXPECT_THAT(with({0, 1, 0, nan}), names("yb"));
    EXPECT_THAT(with({-1.7e308, 1.7e308, 0, 1}), names("xb"));
    EXPECT_THAT(with({0, 1, 1.7e308, -1.7e308}), names("yb"));
}

TEST(Validate, ReportsEverythingAtOnce) {
    const auto errors =
        validate({.width = 0, .height = -1, .iterations = 0, .window = {nan, 1, 0, 1}}, {nan, 0});
    EXPECT_EQ(errors.size(), 5U);
    EXPECT_THAT(describe(errors), HasSubstr("width: must be between 1 and 20000, not 0; height: must be"));
    EXPECT_THAT(describe(errors), HasSubstr("c: must be two finite numbers"));
}

TEST(MakeJulia, ThrowsTheErrors) {
    EXPECT_THROW((void)julia({.width = 0, .height = 1, .iterations = 1, .window = {}}, 0.0), BadParameters);
    EXPECT_EQ(julia(good(), {0.5, 0.25}).width, 640U);
}

}  // namespace
}  // namespace faafo::render
