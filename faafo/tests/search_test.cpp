// The "q" of GET /v1/fractal.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "faafo/tests/backends.hpp"

namespace faafo::tests {

SearchTest::SearchTest() {
    // uuid 0..9, width 100..109, height 50 or 60, xa -1.5, -2.5 …; 0..3 are done
    for (int number = 0; number < 10; ++number) {
        store::Fractal fractal = small_fractal(numbered_uuid(number));
        fractal.parameters.width = 100 + number;
        fractal.parameters.height = number < 5 ? 50 : 60;
        fractal.parameters.window.xa = -1.5 - number;
        fractal.created_at = store::Time{std::chrono::seconds{1'700'000'000 + number}};
        application.store->create(fractal);
        if (number < 4) application.store->complete(drawn(fractal));
    }
}

common::httpd::Response SearchTest::ask(const std::string& q, const std::string& more) const {
    return application.call("GET", "/v1/fractal?q=" + common::httpd::percent_encode(q) + more);
}

std::string SearchTest::found(const std::string& q, const std::string& more) const {
    const auto response = ask(q, more);
    if (response.status != 200) return std::to_string(response.status);
    std::string digits;
    const auto page = json_of(response);
    for (const auto& object : page.at("objects").as_array()) {
        digits += object.at("uuid").as_string().back();
    }
    return digits;
}

std::string SearchTest::filtered(const std::string& filter) const {
    return found(R"({"filters":[)" + filter + "]}");
}

namespace {

TEST_P(SearchTest, EveryOperatorUnderEveryName) {
    const auto filter = [&](const std::string& op, const std::string& value) {
        return filtered(fmt::format(R"({{"name":"width","op":"{}","val":{}}})", op, value));
    };
    for (const std::string op : {"==", "eq", "equals", "equal_to"})
        EXPECT_EQ(filter(op, "105"), "5") << op;
    for (const std::string op : {"!=", "ne", "neq", "not_equal_to", "does_not_equal"}) {
        EXPECT_EQ(filter(op, "105"), "012346789") << op;
    }
    for (const std::string op : {">", "gt"})
        EXPECT_EQ(filter(op, "107"), "89") << op;
    for (const std::string op : {"<", "lt"})
        EXPECT_EQ(filter(op, "102"), "01") << op;
    for (const std::string op : {">=", "ge", "gte", "geq"})
        EXPECT_EQ(filter(op, "107"), "789") << op;
    for (const std::string op : {"<=", "le", "lte", "leq"})
        EXPECT_EQ(filter(op, "102"), "012") << op;
    EXPECT_EQ(filter("in", "[101,\"103\",7]"), "13");
    EXPECT_EQ(filter("in", "[]"), "");
    EXPECT_EQ(filter("not_in", "[101,103]"), "02456789");
    EXPECT_EQ(filter("like", "\"10_\""), "0123456789");
    EXPECT_EQ(filter("eq", "\"105\""), "5") << "numbers may come as strings";
    EXPECT_EQ(filter("lt", "102.5"), "012");
    EXPECT_EQ(filtered(R"({"name":"uuid","op":"ilike","val":"%8000-%7"})"), "7");
    EXPECT_EQ(filtered(R"({"name":"generated_by","op":"ilike","val":"HOST%"})"), "0123");
    EXPECT_EQ(filtered(R"({"name":"checksum","op":"is_null"})"), "456789");
    EXPECT_EQ(filtered(R"({"name":"checksum","op":"is_not_null","val":null})"), "0123");
    EXPECT_EQ(filtered(R"({"name":"state","op":"eq","val":"queued"})"), "456789");
    EXPECT_EQ(filtered(R"({"name":"created_at","op":"ge","val":"2023-11-14T22:13:28Z"})"), "89");
    EXPECT_EQ(filtered(R"({"name":"width","op":"lt","field":"height"})"), "");
    EXPECT_EQ(filtered(R"({"name":"width","op":"gt","field":"height"})"), "0123456789");
}

TEST_P(SearchTest, FiltersCombine) {
    EXPECT_EQ(filtered(R"({"name":"height","op":"eq","val":60},{"name":"width","op":"lt","val":107})"), "56");
    EXPECT_EQ(filtered(R"({"or":[{"name":"width","op":"eq","val":101},
                                 {"and":[{"name":"height","op":"eq","val":60},{"name":"xa","op":"lt","val":-9}]}]})"),
              "189");
    EXPECT_EQ(filtered(R"({"or":[]})"), "");
    EXPECT_EQ(filtered(R"({"and":[]})"), "0123456789");
    EXPECT_EQ(found(R"({"filters":[]})"), "0123456789");
}

TEST_P(SearchTest, OrderGroupsAndLimits) {
    EXPECT_EQ(found(R"({"order_by":[{"field":"width","direction":"desc"}]})"), "9876543210");
    EXPECT_EQ(
        found(R"({"order_by":[{"field":"height","direction":"desc"},{"field":"width","direction":"asc"}]})"),
        "5678901234");
    EXPECT_EQ(found(R"({"order_by":[{"field":"height"}]})"), "0123456789");
    EXPECT_EQ(found(R"({"order_by":[{"field":"height","direction":"desc"}]})"), "9876543210")
        << "the uuid decides";
    EXPECT_EQ(found(R"({"group_by":[{"field":"height"}]})"), "05");
    EXPECT_EQ(found(R"({"limit":3})"), "012");
    EXPECT_EQ(found(R"({"limit":"3","offset":2.5})"), "234");
    EXPECT_EQ(found(R"({"limit":0,"offset":8})"), "89");
    EXPECT_EQ(found(R"({"offset":50})"), "");
    EXPECT_EQ(found(R"({"unknown":1,"functions":[{"name":"count","field":"uuid"}]})"), "0123456789");
    EXPECT_EQ(found(R"({"limit":8})", "&results_per_page=5&page=2"), "567")
        << "pages are cut from the limited set";
    EXPECT_EQ(json_of(ask(R"({"limit":8})")).at("num_results").as_int64(), 8);
    EXPECT_EQ(json_of(ask(R"({"offset":8})")).at("num_results").as_int64(), 2);
}

TEST_P(SearchTest, OneIsExpected) {
    const auto one = ask(R"({"filters":[{"name":"width","op":"eq","val":103}],"single":true})");
    EXPECT_EQ(one.status, 200);
    EXPECT_EQ(json_of(one).at("uuid").as_string(), numbered_uuid(3));
    EXPECT_EQ(one.headers.get("Location"), "http://faafo.test:8080/v1/fractal/" + numbered_uuid(3));
    const auto none = ask(R"({"filters":[{"name":"width","op":"eq","val":1}],"single":true})");
    EXPECT_EQ(none.status, 404);
    EXPECT_EQ(message_of(none), "No result found");
    const auto many = ask(R"({"single":true})");
    EXPECT_EQ(many.status, 400);
    EXPECT_EQ(message_of(many), "Multiple results found");
}

TEST_P(SearchTest, NonsenseIsRefusedWithAReason) {
    const std::vector<std::pair<std::string, std::string>> questions{
        {"", "Unable to decode data"},
        {"{", "Unable to decode data"},
        {"NaN", "Unable to decode data"},
        {"5", "object"},
        {"[]", "object"},
        {R"({"filters":5})", "filters"},
        {R"({"filters":[5]})", "filter"},
        {R"({"filters":[{}]})", "name"},
        {R"({"filters":[{"name":"width"}]})", "op"},
        {R"({"filters":[{"name":"width","op":"equals_to","val":1}]})", "equals_to"},
        {R"({"filters":[{"name":"width","op":"has","val":1}]})", "has"},
        {R"({"filters":[{"name":"width","op":"eq"}]})", "width"},
        {R"({"filters":[{"name":"width","op":"eq","val":null}]})", "is_null"},
        {R"({"filters":[{"name":"width","op":"eq","val":[1]}]})", "width"},
        {R"({"filters":[{"name":"width","op":"eq","val":{"a":1}}]})", "width"},
        {R"({"filters":[{"name":"width","op":"eq","val":"wide"}]})", "width"},
        {R"({"filters":[{"name":"width","op":"in","val":5}]})", "val"},
        {R"({"filters":[{"name":"created_at","op":"gt","val":"yesterday"}]})", "created_at"},
        {R"({"filters":[{"name":"image","op":"is_not_null"}]})", "image"},
        {R"({"filters":[{"name":"width; DROP TABLE fractal","op":"is_null"}]})", "DROP"},
        {R"({"filters":[{"name":"width","op":"eq","field":"image"}]})", "image"},
        {R"({"filters":[{"name":"width","op":"in","field":"height"}]})", "width"},
        {R"({"order_by":[{"field":"image"}]})", "image"},
        {R"({"order_by":[{"field":"width","direction":"up"}]})", "up"},
        {R"({"order_by":[{}]})", "field"},
        {R"({"group_by":[{"field":"lease"}]})", "lease"},
        {R"({"limit":-1})", "limit"},
        {R"({"limit":"many"})", "limit"},
        {R"({"offset":1e300})", "offset"},
    };
    for (const auto& [q, reason] : questions) {
        const auto response = ask(q);
        EXPECT_EQ(response.status, 400) << q;
        EXPECT_THAT(message_of(response), testing::HasSubstr(reason)) << q;
    }
    EXPECT_EQ(application.store->list({}, 0, 1).total, 10);
}

TEST_P(SearchTest, HugeQuestionsEndQuickly) {
    std::string nested = R"({"name":"width","op":"gt","val":1})";
    for (int depth = 0; depth < 30; ++depth)
        nested = R"({"or":[)" + nested + "]}";
    EXPECT_EQ(filtered(nested), "400");
    std::string many = "[1";
    for (int i = 0; i < 5000; ++i)
        many += ",1";
    EXPECT_EQ(filtered(R"({"name":"width","op":"in","val":)" + many + "]}"), "400");
    std::string wide = R"({"name":"width","op":"gt","val":1})";
    for (int i = 0; i < 399; ++i)
        wide += R"(,{"name":"width","op":"gt","val":1})";
    EXPECT_EQ(filtered(wide), "0123456789");
    EXPECT_EQ(filtered(wide + "," + wide), "400");
    EXPECT_EQ(filtered(R"({"name":"uuid","op":"like","val":")" + std::string(1000, '%') + "\"}"), "400");
    EXPECT_EQ(filtered(R"({"name":"uuid","op":"eq","val":"' OR '1'='1"})"), "");
    std::string patterns = R"({"name":"failure_reason","op":"ilike","val":"%a%b%"})";
    for (int i = 0; i < 15; ++i)
        patterns += R"(,{"name":"failure_reason","op":"like","field":"uuid"})";
    EXPECT_EQ(filtered(patterns), "");
    EXPECT_EQ(filtered(patterns + R"(,{"name":"uuid","op":"like","val":"%"})"), "400")
        << "each is held against every row";
}

// What the databases would each see in their own way.
TEST_P(SearchTest, EveryDatabaseAnswersTheSame) {
    EXPECT_EQ(filtered(R"({"name":"width","op":">","val":106.5})"), "789");
    EXPECT_EQ(filtered(R"({"name":"width","op":"<","val":99999999999})"), "0123456789");
    EXPECT_EQ(filtered(R"({"name":"xa","op":"<","val":-9})"), "89");
    EXPECT_EQ(filtered(R"({"name":"size","op":">","val":1.5})"), "0123");
    EXPECT_EQ(filtered(R"({"name":"created_at","op":"like","val":"170000000500_"})"), "5");
    EXPECT_EQ(filtered(R"({"name":"generated_by","op":"like","val":"host\\-_"})"), "") << "no escapes";
    EXPECT_EQ(filtered(R"({"name":"generated_by","op":"like","val":"host!-_"})"), "");
    EXPECT_EQ(filtered(R"({"name":"generated_by","op":"eq","val":"HOST-1"})"), "") << "case counts";
    EXPECT_EQ(filtered(R"({"name":"generated_by","op":"eq","val":"host-1\u0000"})"), "400");
    EXPECT_EQ(filtered(R"({"name":"uuid","op":"ilike","field":"uuid"})"), "0123456789");
    EXPECT_EQ(filtered(R"({"name":"width","op":"like","field":"height"})"), "");
    EXPECT_EQ(filtered(R"({"name":"uuid","op":"eq","field":"width"})"), "");
    EXPECT_EQ(
        found(R"({"order_by":[{"field":"checksum","direction":"asc"},{"field":"uuid","direction":"asc"}]})")
            .substr(0, 6),
        "456789")
        << "what is null comes first";
    EXPECT_EQ(
        found(
            R"({"order_by":[{"field":"finished_at","direction":"desc"},{"field":"uuid","direction":"asc"}]})")
            .substr(4),
        "456789");
}

}  // namespace
}  // namespace faafo::tests
