#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "sdk/src/resource/encode.hpp"
#include "sdk/tests/resource/sample.hpp"

using namespace openstack;
using resource::fields_of;
using sdktest::Sample;
using sdktest::SampleUpdate;
using ::testing::ElementsAre;
using ::testing::Pair;

namespace {

std::string update_text(const SampleUpdate& update, std::optional<std::string_view> microversion = {}) {
    return resource::encode(fields_of<SampleUpdate>(), &update, {.microversion = microversion});
}

}  // namespace

TEST(Encoding, SendsNothingThatIsUnset) {
    EXPECT_EQ(update_text({}), "{}");
}

TEST(Encoding, KnowsAbsentNullAndValue) {
    EXPECT_EQ(update_text({.name = null}), R"({"name":null})");
    EXPECT_EQ(update_text({.name = "x"}), R"({"name":"x"})");
    EXPECT_EQ(update_text({.name = ""}), R"({"name":""})");
    EXPECT_EQ(update_text({.part = null}), R"({"part":null})");
    EXPECT_EQ(update_text({.part = sdktest::Part{.name = "p"}}), R"({"part":{"name":"p","size":0}})");
    EXPECT_EQ(update_text({.words = std::vector<std::string>{}}), R"({"words":[]})");
    EXPECT_EQ(update_text({.labels = std::map<std::string, std::string>{}}), R"({"labels":{}})");
    EXPECT_EQ(update_text({.flag = false}), R"({"flag":false})");
}

TEST(Encoding, KeepsTheTablesOrderAndShapes) {
    Sample sample{
        .id = "i", .words = {"a"}, .labels = {{"k", ""}}, .groups = {"g"}, .inner = true, .script = "hello"};
    sample.parts.push_back({.name = "p"});
    EXPECT_EQ(
        resource::encode(fields_of<Sample>(), &sample),
        R"({"id":"i","count":0,"size":0,"factor":0E0,"flag":false,"part":{"size":0},"parts":[{"name":"p","size":0}],)"
        R"("words":["a"],"labels":{"k":""},"groups":[{"name":"g"}],"outer":{"inner":true},"script":"aGVsbG8="})");
}

TEST(Encoding, RedactsForPeople) {
    const Sample sample{.password = "s3cret"};
    EXPECT_NE(resource::encode(fields_of<Sample>(), &sample).find("s3cret"), std::string::npos);
    const std::string shown = resource::encode(fields_of<Sample>(), &sample, {.redact = true});
    EXPECT_EQ(shown.find("s3cret"), std::string::npos);
    EXPECT_NE(shown.find(R"("password":"***")"), std::string::npos);
}

TEST(Encoding, RefusesWhatTheMicroversionHasNot) {
    EXPECT_EQ(update_text({.late = "x"}, "2.50"), R"({"late":"x"})");
    EXPECT_EQ(update_text({.late = "x"}, "latest"), R"({"late":"x"})");
    EXPECT_EQ(update_text({.late = "x"}), R"({"late":"x"})");
    EXPECT_THROW(static_cast<void>(update_text({.late = "x"}, "2.9")), Error) << "2.9 is older than 2.50";
    EXPECT_THROW(static_cast<void>(update_text({.late = "x"}, "")), Error) << "the service has none";
    EXPECT_EQ(update_text({}, "2.1"), "{}");
    EXPECT_EQ(update_text({}, ""), "{}");
}

TEST(Encoding, RefusesNumbersThatJsonHasNot) {
    EXPECT_THROW(static_cast<void>(update_text({.factor = std::numeric_limits<double>::infinity()})), Error);
    EXPECT_THROW(static_cast<void>(update_text({.factor = std::numeric_limits<double>::quiet_NaN()})), Error);
}

TEST(Encoding, MakesQueries) {
    const sdktest::SampleQuery query{.name = "a", .color = "red", .limit = 5};
    const auto encoded = resource::encode_query(fields_of<sdktest::SampleQuery>(), &query);
    EXPECT_THAT(encoded.sent, ElementsAre(Pair("name", "a"), Pair("limit", "5")));
    EXPECT_THAT(encoded.compared, ElementsAre(Pair("color", "red")));
}

TEST(Encoding, MakesHeaders) {
    const sdktest::SampleHeaders sample{.count = 3, .metadata = {{"Color", "blue"}, {"Empty", ""}}};
    Headers headers;
    resource::encode_headers(fields_of<sdktest::SampleHeaders>(), &sample, headers);
    EXPECT_EQ(headers.get("X-Count"), "3");
    EXPECT_EQ(headers.get("X-Meta-Color"), "blue");
    EXPECT_TRUE(headers.find("X-Meta-Empty"));
    EXPECT_FALSE(headers.find("X-Meta-Key"));
    EXPECT_FALSE(headers.find("Last-Modified"));
}

TEST(Encoding, MakesPatches) {
    const SampleUpdate update{.name = "n", .words = std::vector<std::string>{"w"}};
    EXPECT_EQ(
        resource::encode_json_patch(fields_of<SampleUpdate>(), &update, {{"a/b~", "v"}}, {"gone"}),
        R"([{"op":"replace","path":"/name","value":"n"},{"op":"replace","path":"/words","value":["w"]},)"
        R"({"op":"add","path":"/a~1b~0","value":"v"},{"op":"remove","path":"/gone"}])");
}

TEST(Encoding, WritesSmallObjects) {
    EXPECT_EQ(resource::JsonObject().text(), "{}");
    EXPECT_EQ(resource::JsonObject().add("a", "q\"\\\n").add("n", std::int64_t{1}).add("b", true).text(),
              R"({"a":"q\"\\\n","n":1,"b":true})");
    EXPECT_EQ(resource::to_json(std::vector<std::string>{"a", "b"}), R"(["a","b"])");
}
