#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "sdk/src/resource/decode.hpp"
#include "sdk/tests/resource/sample.hpp"

using namespace openstack;
using resource::decode;
using sdktest::Sample;
using sdktest::SampleStatus;
using ::testing::ElementsAre;

namespace {

std::string error_of(std::string_view json) {
    try {
        static_cast<void>(decode<Sample>(json));
    } catch (const MalformedResponse& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST(Decoding, TakesWhatFits) {
    const auto sample = decode<Sample>(
        R"({"id":"i","status":"GOOD","count":3,"size":-9007199254740993,"factor":0.5,"flag":true,"maybe":false,
            "when":"1970-01-01T00:00:01Z","free":{"a":[1,null]},"part":{"name":"p","size":1},"other":{"size":2},
            "parts":[{"size":3},{"size":4}],"words":["a","b"],"labels":{"k":"v"},"groups":[{"name":"g"},{"name":"h"}],
            "outer":{"inner":true},"script":"aGVsbG8="})");
    EXPECT_EQ(sample.status, SampleStatus::good);
    EXPECT_EQ(sample.count, 3);
    EXPECT_EQ(sample.size, -9007199254740993) << "beyond what a double holds";
    EXPECT_EQ(sample.factor, 0.5);
    EXPECT_EQ(sample.maybe, false);
    EXPECT_EQ(sample.when, Time(std::chrono::seconds(1)));
    EXPECT_EQ(sample.free.text, R"({"a":[1,null]})");
    EXPECT_EQ(sample.other->size, 2);
    EXPECT_EQ(sample.parts[1].size, 4);
    EXPECT_THAT(sample.words, ElementsAre("a", "b"));
    EXPECT_EQ(sample.labels.at("k"), "v");
    EXPECT_THAT(sample.groups, ElementsAre("g", "h"));
    EXPECT_TRUE(sample.inner);
    EXPECT_EQ(sample.script, "hello");
    EXPECT_TRUE(sample.extra.empty());
}

TEST(Decoding, IsLenientWithScalars) {
    const auto sample = decode<Sample>(
        R"({"name":12,"count":"12","size":"","factor":"0.5","flag":"True","maybe":0,"when":5,"part":7,"other":"",
            "words":[1,true,"x"],"labels":{"n":1,"z":null}})");
    EXPECT_EQ(sample.name, "12");
    EXPECT_EQ(sample.count, 12);
    EXPECT_EQ(sample.size, 0);
    EXPECT_EQ(sample.factor, 0.5);
    EXPECT_TRUE(sample.flag);
    EXPECT_EQ(sample.maybe, false);
    EXPECT_EQ(sample.when, Time(std::chrono::seconds(5)));
    EXPECT_EQ(sample.part.size, 7) << "a bare number for an object";
    EXPECT_FALSE(sample.other);
    EXPECT_THAT(sample.words, ElementsAre("1", "true", "x"));
    EXPECT_EQ(sample.labels.at("n"), "1");
    EXPECT_EQ(sample.labels.at("z"), "");
}

TEST(Decoding, TakesNullForNothing) {
    const auto sample = decode<Sample>(
        R"({"id":null,"name":null,"status":null,"count":null,"size":null,"factor":null,"flag":null,"maybe":null,
            "when":null,"free":null,"part":null,"other":null,"parts":null,"words":null,"labels":null,"groups":null,
            "outer":null,"script":null})");
    EXPECT_EQ(sample.id, "");
    EXPECT_FALSE(sample.maybe);
    EXPECT_FALSE(sample.when);
    EXPECT_EQ(sample.free.text, "");
    EXPECT_FALSE(sample.other);
}

TEST(Decoding, SaysWhereItFailed) {
    EXPECT_EQ(error_of(R"({"parts":[{},{"size":[]}]})"),
              "parts[1].size: expected a whole number, found a list");
    EXPECT_EQ(error_of(R"({"count":"many"})"), "count: expected a number, found text");
    EXPECT_EQ(error_of(R"({"count":3000000000})"), "count: expected a smaller number, found a number");
    EXPECT_EQ(error_of(R"({"size":1.5})"), "size: expected a whole number, found a number");
    EXPECT_EQ(error_of(R"({"size":18446744073709551615})"), "size: expected a whole number, found a number");
    EXPECT_EQ(error_of(R"({"flag":"maybe"})"), "flag: expected true or false, found text");
    EXPECT_EQ(error_of(R"({"when":[]})"), "when: expected a time, found a list");
    EXPECT_EQ(error_of(R"({"words":{}})"), "words: expected a list, found an object");
    EXPECT_EQ(error_of(R"({"labels":[]})"), "labels: expected an object, found a list");
    EXPECT_EQ(error_of(R"({"parts":["x"]})"), "parts[0]: expected a number, found text");
    EXPECT_EQ(error_of(R"({"name":{}})"), "name: expected text, found an object");
    EXPECT_EQ(error_of("[]"), "the body: expected an object, found a list");
}

TEST(Decoding, RefusesWhatIsNoJson) {
    for (const char* text : {"", "{", "{\"id\":}", "\xff", "{} x"}) {
        EXPECT_NE(error_of(text).find("the body is"), std::string::npos) << text;
    }
    EXPECT_NE(error_of("{\"free\":" + std::string(100000, '[') + std::string(100000, ']') + "}"), "none");
}

TEST(Decoding, KeepsAndReportsUnknownKeys) {
    std::vector<std::string> unknown;
    Sample sample;
    decode(
        R"({"new":{"a":1},"parts":[{"hue":"red"}],"groups":[{"name":"g","id":1}],"outer":{"inner":true,"x":2}})",
        {.unknown = &unknown}, resource::value_type<Sample>, &sample);
    EXPECT_THAT(unknown, ElementsAre("new", "parts[0].hue", "groups[0].id", "outer.x"));
    EXPECT_EQ(sample.extra.find("new"), R"({"a":1})");
    EXPECT_EQ(sample.extra.find("parts[0].hue"), R"("red")");
    EXPECT_EQ(sample.extra.find("absent"), std::nullopt);
}

TEST(Decoding, DoesNotLoseEverythingForATimeThatIsNone) {
    const auto sample = decode<Sample>(R"({"id":"i","when":"2014-06-1T10:00:00-00:00"})");
    EXPECT_EQ(sample.id, "i");
    EXPECT_FALSE(sample.when);
    EXPECT_EQ(sample.extra.find("when"), R"("2014-06-1T10:00:00-00:00")");
}

TEST(Decoding, GoesThroughWrappers) {
    EXPECT_EQ(decode<int>(R"({"a":{"b":5}})", {.key_path = {"a", "b"}}), 5);
    EXPECT_THROW(static_cast<void>(decode<int>(R"({"a":{}})", {.key_path = {"a", "b"}})), MalformedResponse);
    EXPECT_THROW(static_cast<void>(decode<int>(R"({"a":1})", {.key_path = {"a", "b"}})), MalformedResponse);
}

TEST(Decoding, ReadsHeaders) {
    sdktest::SampleHeaders sample;
    resource::decode_headers(Headers{{"x-count", "12"},
                                     {"last-modified", "Thu, 01 Jan 1970 00:00:02 GMT"},
                                     {"X-META-Color", "blue"},
                                     {"x-meta-key", "s3cret"},
                                     {"Server", "x"}},
                             resource::fields_of<sdktest::SampleHeaders>(), &sample);
    EXPECT_EQ(sample.count, 12);
    EXPECT_EQ(sample.modified, Time(std::chrono::seconds(2)));
    EXPECT_EQ(sample.metadata.size(), 1U);
    EXPECT_EQ(sample.metadata.at("Color"), "blue");
    EXPECT_EQ(sample.key, "s3cret");
}

TEST(Decoding, KnowsItsSecrets) {
    EXPECT_THAT(resource::fields_of<Sample>().secret_keys(), ElementsAre("password"));
}
