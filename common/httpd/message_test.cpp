#include "common/httpd/message.hpp"

#include <gtest/gtest.h>

#include "common/httpd/body_sink.hpp"
#include "common/process/process.hpp"

namespace httpd = common::httpd;

namespace {

TEST(Headers, CompareNamesWithoutCaseAndKeepRepeatedFields) {
    httpd::Headers headers{{"Vary", "a"}, {"VARY", "b"}, {"X", "1"}};
    EXPECT_EQ(headers.get("vary"), "a");
    EXPECT_EQ(std::distance(headers.begin(), headers.end()), 3);
    headers.set("vArY", "c");
    EXPECT_EQ(std::distance(headers.begin(), headers.end()), 2);
    EXPECT_EQ(headers.get("Vary"), "c");
    EXPECT_FALSE(headers.contains("Var"));
    EXPECT_EQ(headers.get("none"), "");
}

TEST(Percent, DecodesWhatIsWellFormedAndLeavesTheRest) {
    EXPECT_EQ(httpd::percent_decode("a%20b+c"), "a b+c");
    EXPECT_EQ(httpd::percent_decode("a%20b+c", true), "a b c");
    EXPECT_EQ(httpd::percent_decode("%c3%A9%"), "é%");
    EXPECT_EQ(httpd::percent_decode("%zz%4"), "%zz%4");
    EXPECT_EQ(httpd::percent_decode("%00").size(), 1U);
}

TEST(Percent, EncodesEveryByteAndBack) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<char>(i));
    EXPECT_EQ(httpd::percent_decode(httpd::percent_encode(all)), all);
    EXPECT_EQ(httpd::percent_encode("a/b c~é"), "a%2Fb%20c~%C3%A9");
    EXPECT_EQ(httpd::percent_encode("a/b", "/"), "a/b");
}

TEST(Query, KeepsOrderRepetitionAndEmptyValues) {
    const httpd::Query expected{{"a", "1"}, {"b", ""}, {"a", "2 3"}, {"", "x"}, {"c", "="}};
    EXPECT_EQ(httpd::parse_query("a=1&b&a=2+3&=x&&c=%3D"), expected);
    EXPECT_TRUE(httpd::parse_query("").empty());
}

TEST(Request, NamesTheMissingParameter) {
    httpd::Request request{.query = {{"q", "1"}, {"q", "2"}}, .params = {{"id", "7"}}};
    EXPECT_EQ(request.param("id"), "7");
    EXPECT_THROW((void)request.param("name"), std::out_of_range);
    EXPECT_EQ(request.query_value("q"), "1");
    EXPECT_FALSE(request.query_value("p"));
}

TEST(BodySink, StaysInMemoryUpToTheLimitAndGoesToAFileAbove) {
    const common::process::TemporaryDirectory folder;
    httpd::BodySink sink(4, folder.path(), std::nullopt);
    sink.append("ab");
    sink.append("cd");
    const httpd::Body small = sink.finish();
    EXPECT_TRUE(small.in_memory());
    EXPECT_EQ(small.read(), "abcd");

    for (const auto& expected : {std::optional<std::uint64_t>(6), std::optional<std::uint64_t>()}) {
        httpd::BodySink big(4, folder.path(), expected);
        big.append("abc");
        big.append("def");
        httpd::Body body = big.finish();
        EXPECT_FALSE(body.in_memory());
        EXPECT_EQ(body.size(), 6U);
        EXPECT_EQ(body.read(), "abcdef");
        const auto path = body.file();
        EXPECT_EQ(path.parent_path(), folder.path());
        auto copy = body;
        body = httpd::Body();
        EXPECT_TRUE(std::filesystem::exists(path));
        copy = httpd::Body();
        EXPECT_FALSE(std::filesystem::exists(path));
    }
}

TEST(BodySink, RemovesTheFileOfAnAbandonedBody) {
    const common::process::TemporaryDirectory folder;
    {
        httpd::BodySink sink(0, folder.path(), std::nullopt);
        sink.append("x");
        EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    EXPECT_THROW(httpd::BodySink(0, folder.path() / "missing", 5), std::system_error);
}

}  // namespace
