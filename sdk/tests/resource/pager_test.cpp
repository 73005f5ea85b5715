// The six ways in which services say that a listing goes on, each with three pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "sdk/tests/resource/fake_service.hpp"
#include "sdk/tests/resource/sample.hpp"

using namespace openstack;
using resource::Definition;
using resource::ListRequest;
using resource::Pager;
using resource::Paging;
using sdktest::FakeService;
using sdktest::Sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

namespace {

struct Paging3 : ::testing::Test {
    FakeService cloud{"network"};
    static constexpr auto& type = resource::value_type<std::vector<Sample>>;

    std::vector<std::string> walk(const Definition& definition, ListRequest request = {}) {
        Pager pager(cloud.adapter(), definition, std::move(request), {});
        std::vector<Sample> all;
        while (pager.next(type, &all)) {
        }
        std::vector<std::string> ids;
        for (const Sample& sample : all) {
            ids.push_back(sample.id);
        }
        return ids;
    }
};

Definition things(Paging paging) {
    return {.noun = "thing", .path = "/things", .key = "thing", .list_key = "things", .paging = paging};
}

}  // namespace

TEST_F(Paging3, ByKeyLinks) {
    cloud.on("GET /things",
             R"({"things":[{"id":"a"},{"id":"b"}],"things_links":[{"rel":"previous","href":"http://x/?y"},
        {"rel":"next","href":"http://10.0.0.1:9696/v2.0/things?limit=2&marker=b%20%2B&q=%25"}]})");
    cloud.on(
        "GET /things?limit=2&marker=b%20%2B&q=%25",
        R"({"things":[{"id":"c"}],"things_links":[{"rel":"next","href":"http://internal/things?marker=c"}]})");
    cloud.on("GET /things?marker=c",
             R"({"things":[],"things_links":[{"rel":"previous","href":"http://x/?y"}]})");
    EXPECT_THAT(walk(things(Paging::key_links)), ElementsAre("a", "b", "c"));
    EXPECT_THAT(cloud.lines(), SizeIs(3));
}

// Octavia's do, of a listing that was asked for by name, for one.
TEST_F(Paging3, LinksThatForgetTheFiltersAreFollowedWithThem) {
    cloud.on(
        "GET /things?name=x&limit=1",
        R"({"things":[{"id":"a"}],"things_links":[{"rel":"next","href":"http://h/things?limit=1&marker=a"}]})");
    cloud.on(
        "GET /things?limit=1&marker=a&name=x",
        R"({"things":[{"id":"b"}],"things_links":[{"rel":"next","href":"http://h/things?limit=1&marker=b"}]})");
    cloud.on("GET /things?limit=1&marker=b&name=x", R"({"things":[]})");
    ListRequest request;
    request.query.sent = {{"name", "x"}, {"limit", "1"}};
    EXPECT_THAT(walk(things(Paging::key_links), request), ElementsAre("a", "b"));
}

TEST_F(Paging3, ByLinksArray) {
    cloud.on("GET /things", R"({"things":[{"id":"a"}],"links":[{"rel":"next","href":"/things?marker=a"}]})");
    cloud.on("GET /things?marker=a",
             R"({"things":[{"id":"b"}],"links":[{"rel":"next","href":"/things?marker=b"}]})");
    cloud.on("GET /things?marker=b", R"({"things":[{"id":"c"}],"links":[]})");
    EXPECT_THAT(walk(things(Paging::links_array)), ElementsAre("a", "b", "c"));
}

TEST_F(Paging3, ByLinksObject) {
    cloud.on("GET /things",
             R"({"things":[{"id":"a"}],"links":{"next":"http://h/v3/things?marker=a","self":"s"}})");
    cloud.on("GET /things?marker=a",
             R"({"things":[{"id":"b"}],"links":{"next":"http://h/v3/things?marker=b"}})");
    cloud.on("GET /things?marker=b", R"({"things":[{"id":"c"}],"links":{"next":null,"previous":"x"}})");
    EXPECT_THAT(walk(things(Paging::links_object)), ElementsAre("a", "b", "c"));
}

TEST_F(Paging3, ByNext) {
    cloud.on("GET /things", R"({"things":[{"id":"a"}],"next":"/v2/things?marker=a"})");
    cloud.on("GET /things?marker=a", R"({"things":[{"id":"b"}],"next":"/v2/things?marker=b"})");
    cloud.on("GET /things?marker=b", R"({"things":[{"id":"c"}],"first":"/v2/things"})");
    EXPECT_THAT(walk(things(Paging::next)), ElementsAre("a", "b", "c"));
}

TEST_F(Paging3, ByLinkHeader) {
    cloud.on("GET /things", R"({"things":[{"id":"a"}]})", 200,
             {{"Link", R"(<http://h/things?x=1>; rel="prev", <http://h/things?marker=a>; rel="next")"}});
    cloud.on("GET /things?marker=a", R"({"things":[{"id":"b"}]})", 200,
             {{"link", "<http://h/things?marker=b>; rel=next"}});
    cloud.on("GET /things?marker=b", R"({"things":[{"id":"c"}]})", 200,
             {{"Link", R"(<http://h/things?x>; rel="first")"}});
    EXPECT_THAT(walk(things(Paging::link_header)), ElementsAre("a", "b", "c"));
}

TEST_F(Paging3, ByMarker) {
    Definition definition = things(Paging::marker);
    definition.list_key = "";
    cloud.on("GET /things?prefix=p", R"([{"id":"a"},{"id":"b b"}])");
    cloud.on("GET /things?prefix=p&marker=b%20b", R"([{"id":"c"}])");
    cloud.on("GET /things?prefix=p&marker=c", "[]");
    EXPECT_THAT(walk(definition, {.query = {.sent = {{"prefix", "p"}}}}), ElementsAre("a", "b b", "c"));
    EXPECT_THAT(cloud.lines(), SizeIs(3));
}

TEST_F(Paging3, ByMarkerEndsWithAPageThatIsEmpty) {
    Definition definition = things(Paging::marker);
    definition.list_key = "";
    cloud.on("GET /things?limit=100", R"([{"id":"a"},{"id":"b"}])");
    cloud.on("GET /things?limit=100&marker=b", R"([{"id":"c"}])");
    cloud.on("GET /things?limit=100&marker=c", "[]");
    EXPECT_THAT(walk(definition, {.query = {.sent = {{"limit", "100"}}}}), ElementsAre("a", "b", "c"))
        << "the service may have a limit of its own";
    EXPECT_THAT(cloud.lines(), SizeIs(3));
}

TEST_F(Paging3, AsksForAPageThatFailedAgain) {
    cloud.on("GET /things", R"({"things":[{"id":"a"}],"next":"/v2/things?marker=a"})");
    cloud.on("GET /things?marker=a", "", 503);
    cloud.on("GET /things?marker=a", R"({"things":[{"id":"b"},7],"next":"/v2/things?marker=b"})");
    cloud.on("GET /things?marker=a", R"({"things":[{"id":"b"}],"next":"/v2/things?marker=b"})");
    cloud.on("GET /things?marker=b", R"({"things":[{"id":"c"}]})");
    const Definition definition = things(Paging::next);
    const Paged<Sample> range([&] {
        auto pager = std::make_shared<Pager>(cloud.adapter(), definition, ListRequest{}, CallOptions{});
        return [pager](std::vector<Sample>& page) { return pager->next(type, &page); };
    });
    auto it = range.begin();
    EXPECT_THROW(++it, ServiceUnavailable);
    EXPECT_EQ(it->id, "a") << "it stays where it was";
    EXPECT_THROW(++it, MalformedResponse);
    std::vector<std::string> rest;
    for (++it; it != range.end(); ++it)
        rest.push_back(it->id);
    EXPECT_THAT(rest, ElementsAre("b", "c"));
}

TEST_F(Paging3, EndsInCirclesWithAnError) {
    cloud.on("GET /things", R"({"things":[{"id":"a"}],"next":"/v2/things?marker=a"})");
    cloud.on("GET /things?marker=a", R"({"things":[{"id":"a"}],"next":"/v2/things?marker=a"})");
    try {
        walk(things(Paging::next));
        FAIL();
    } catch (const MalformedResponse& error) {
        EXPECT_THAT(error.what(), HasSubstr("circles"));
    }
    EXPECT_THAT(cloud.lines(), SizeIs(2));
    Definition by_marker = things(Paging::marker);
    by_marker.path = "/marked";
    by_marker.list_key = "";
    cloud.on("GET /marked", R"([{"id":"a"}])");
    cloud.on("GET /marked?marker=a", R"([{"id":"a"}])");
    EXPECT_THROW(walk(by_marker), MalformedResponse);
}

TEST_F(Paging3, GoesOnOverPagesThatAreEmpty) {
    cloud.on("GET /things", R"({"things":[],"next":"/v2/things?marker=a"})");
    cloud.on("GET /things?marker=a", R"({"things":[{"id":"b"}]})");
    const Definition definition = things(Paging::next);
    const Paged<Sample> range([&] {
        auto pager = std::make_shared<Pager>(cloud.adapter(), definition, ListRequest{}, CallOptions{});
        return [pager](std::vector<Sample>& page) { return pager->next(type, &page); };
    });
    EXPECT_TRUE(cloud.lines().empty()) << "nothing is asked before somebody looks";
    EXPECT_EQ(range.first()->id, "b");
    EXPECT_EQ(range.to_vector().size(), 1U) << "each walk begins anew";
    EXPECT_THAT(cloud.lines(), SizeIs(4));
}

TEST_F(Paging3, StopsAskingWhenNobodyLooksOn) {
    cloud.on("GET /things", R"({"things":[{"id":"a"},{"id":"b"}],"next":"/v2/things?marker=b"})");
    const Definition definition = things(Paging::next);
    const Paged<Sample> range([&] {
        auto pager = std::make_shared<Pager>(cloud.adapter(), definition, ListRequest{}, CallOptions{});
        return [pager](std::vector<Sample>& page) { return pager->next(type, &page); };
    });
    EXPECT_EQ(range.to_vector(2).size(), 2U);
    EXPECT_THAT(cloud.lines(), SizeIs(1));
}

TEST_F(Paging3, ComparesWhatTheServiceCannot) {
    cloud.on("GET /things",
             R"({"things":[{"id":"a","color":"red"},{"id":"b"},{"id":"c","color":"blue","size":{}}]})");
    EXPECT_THAT(walk(things(Paging::none), {.query = {.compared = {{"color", "red"}}}}), ElementsAre("a"));
}

TEST_F(Paging3, RefusesListingsThatAreNone) {
    const Definition definition = things(Paging::none);
    for (const char* body : {"{}", "[]", R"({"things":{}})", R"({"things":[1]})", "null"}) {
        FakeService broken("network");
        broken.on("GET /things", body);
        Pager pager(broken.adapter(), definition, {}, {});
        std::vector<Sample> all;
        EXPECT_THROW(pager.next(type, &all), MalformedResponse) << body;
    }
}
