// Requests that cannot be drawn, or are no requests: a 4xx that names the field, and nothing is stored.
#include <gmock/gmock.h>

#include "faafo/api/encoding.hpp"
#include "faafo/api/fractal_json.hpp"
#include "faafo/tests/application.hpp"

namespace faafo::tests {
namespace {

using testing::HasSubstr;

/// A good request with one member replaced; an empty value leaves the member out.
std::string with(const std::string& name, const std::string& value) {
    std::string body;
    const auto add = [&](const std::string& key, const std::string& text) {
        if (!text.empty()) body += (body.empty() ? "{" : ",") + ("\"" + key + "\":" + text);
    };
    bool replaced = false;
    for (const auto& [key, good] : std::vector<std::pair<std::string, std::string>>{{"width", "32"},
                                                                                    {"height", "24"},
                                                                                    {"iterations", "100"},
                                                                                    {"xa", "-2.0"},
                                                                                    {"xb", "2.0"},
                                                                                    {"ya", "-1.5"},
                                                                                    {"yb", "1.5"}}) {
        replaced = replaced || key == name;
        add(key, key == name ? value : good);
    }
    if (!replaced) add(name, value);
    return body + "}";
}

class RequestTest : public testing::Test {
  protected:
    common::httpd::Response post(const std::string& body) const {
        return application.call("POST", "/v1/fractal", body);
    }
    [[nodiscard]] std::int64_t stored() const { return application.store->list({}, 0, 1).total; }

    Files files;
    Application application{files.database_url()};
};

TEST_F(RequestTest, TheGoodOneIsGood) {
    EXPECT_EQ(post(with("width", "32")).status, 201);
    EXPECT_EQ(post(with("width", "32.0")).status, 201) << "some languages know one kind of number";
    EXPECT_EQ(post(with("xa", "-2")).status, 201);
    EXPECT_EQ(post(with("checksum", "null")).status, 201);
    EXPECT_EQ(post(with("uuid", "null")).status, 201);
}

TEST_F(RequestTest, BodiesOfManyValuesAreRefused) {
    std::string lists = "[[]";
    for (int i = 0; i < 10'000; ++i)
        lists += ",[]";
    lists += "]";
    for (const std::string& body : {lists, R"({"width":)" + lists + "}"}) {
        const auto response = post(body);
        EXPECT_EQ(response.status, 400);
        EXPECT_THAT(message_of(response), HasSubstr("too large"));
        EXPECT_EQ(application.call("PUT", "/v1/fractal/" + numbered_uuid(1), body).status, 400);
    }
}

TEST_F(RequestTest, EveryFieldIsNeeded) {
    for (const std::string field : {"width", "height", "iterations", "xa", "xb", "ya", "yb"}) {
        for (const std::string& value : {std::string(), std::string("null")}) {
            const auto response = post(with(field, value));
            EXPECT_EQ(response.status, 400) << field;
            EXPECT_EQ(fields_of(response), field);
            EXPECT_THAT(message_of(response), HasSubstr(field));
        }
    }
    EXPECT_EQ(fields_of(post("{}")), "width,height,iterations,xa,xb,ya,yb");
    EXPECT_EQ(stored(), 0);
}

TEST_F(RequestTest, WrongValuesAreNamed) {
    const std::vector<std::string> no_integers{"0",
                                               "-5",
                                               "1.5",
                                               "\"abc\"",
                                               "\"512\"",
                                               "true",
                                               "[]",
                                               "{}",
                                               "1e30",
                                               "NaN",
                                               "Infinity",
                                               "-Infinity",
                                               "20001",
                                               "1e999",
                                               "18446744073709551615",
                                               "9223372036854775807",
                                               "-9223372036854775808",
                                               "99999999999999999999999999"};
    for (const std::string field : {"width", "height", "iterations"}) {
        for (const std::string& value : no_integers) {
            if (field == "iterations" && value == "20001") continue;
            const auto response = post(with(field, value));
            EXPECT_EQ(response.status, 400) << field << ": " << value;
            EXPECT_THAT(message_of(response), HasSubstr(field)) << value;
        }
    }
    const std::vector<std::string> no_numbers{"\"zz\"", "\"1\"",    "false",     "[1]",
                                              "NaN",    "Infinity", "-Infinity", "1e999"};
    for (const std::string field : {"xa", "xb", "ya", "yb"}) {
        for (const std::string& value : no_numbers) {
            const auto response = post(with(field, value));
            EXPECT_EQ(response.status, 400) << field << ": " << value;
            EXPECT_THAT(message_of(response), HasSubstr(field)) << value << response.body;
        }
    }
    EXPECT_THAT(fields_of(post(with("c_re", "1.0"))), "c_im");
    EXPECT_EQ(post(with("iterations", "65537")).status, 400);
    EXPECT_EQ(stored(), 0);
}

TEST_F(RequestTest, WhatTogetherIsTooMuchIsRefused) {
    EXPECT_EQ(post(R"({"width":20000,"height":20000,"iterations":100,"xa":-2,"xb":2,"ya":-2,"yb":2})").status,
              400);
    EXPECT_EQ(
        post(R"({"width":10,"height":10,"iterations":100,"xa":-1e308,"xb":1e308,"ya":-2,"yb":2})").status,
        400);
    EXPECT_EQ(stored(), 0);
}

TEST_F(RequestTest, OtherFieldsAreRefused) {
    const auto unknown = post(with("foo", "1"));
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(fields_of(unknown), "foo");
    for (const std::string field :
         {"checksum", "image", "state", "size", "attempts", "url", "generated_by"}) {
        EXPECT_EQ(fields_of(post(with(field, "\"1\""))), field);
    }
    for (const std::string uuid : {"\"zz\"", "\"\"", "5", "\"../../etc/passwd\"", "\"' OR 1=1 --\""}) {
        EXPECT_EQ(fields_of(post(with("uuid", uuid))), "uuid") << uuid;
    }
    const std::string long_name(5000, 'x');
    EXPECT_LT(post(with(long_name, "1")).body.size(), 1000U);
    EXPECT_EQ(stored(), 0);
}

TEST_F(RequestTest, DuplicatesConflict) {
    const std::string body = with("uuid", "\"" + numbered_uuid(1) + "\"");
    EXPECT_EQ(post(body).status, 201);
    const auto second = post(body);
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(fields_of(second), "uuid");
    EXPECT_THAT(message_of(second), HasSubstr(numbered_uuid(1)));
    EXPECT_EQ(stored(), 1);
}

TEST_F(RequestTest, BrokenBodiesAreRefused) {
    const std::string deep(10'000, '[');
    for (const std::string& body :
         {std::string(), std::string("{"), std::string("nonsense"), std::string("{\"width\":}"),
          std::string("\xff\xfe"), std::string("{}{}"), std::string("\"text\""), std::string("[]"),
          std::string("5"), std::string("null"), std::string("{\"width\":1,,}"), std::string(1, '\0'), deep,
          std::string("{\"a\":\"\xc3\"}")}) {
        const auto response = post(body);
        EXPECT_EQ(response.status, 400) << body.substr(0, 20);
        EXPECT_FALSE(message_of(response).empty());
    }
    EXPECT_EQ(post(std::string(70'000, ' ') + with("width", "32")).status, 413);
    EXPECT_EQ(stored(), 0);
}

TEST_F(RequestTest, OnlyJsonIsTaken) {
    const std::string body = with("width", "32");
    for (const std::string type :
         {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
        EXPECT_EQ(application.call("POST", "/v1/fractal", body, type).status, 415) << type;
    }
    EXPECT_EQ(application.call("POST", "/v1/fractal", body, "Application/JSON").status, 201);
}

TEST(Encoding, Base64GoesBothWays) {
    for (const auto& [bytes, text] :
         std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foobar", "Zm9vYmFy"},
                                                          {"\xff\xfe\x00\x01", "//4="}}) {
        EXPECT_EQ(api::base64(bytes), text);
        EXPECT_EQ(api::from_base64(text), bytes);
    }
    EXPECT_EQ(api::from_base64("Zm9v\r\nYmFy\n"), "foobar") << "MIME's lines, as Python 2 writes them";
    for (const std::string_view wrong :
         {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Zm9vYg==Zg==", "Zm 9v", "Zm9-", "===="}) {
        EXPECT_FALSE(api::from_base64(wrong)) << wrong;
    }
}

TEST(Encoding, Sha256) {
    EXPECT_EQ(api::sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Encoding, NumbersReadBackAsTheSameBits) {
    EXPECT_EQ(api::json_number(2.0), "2.0");
    EXPECT_EQ(api::json_number(-0.1), "-0.1");
    for (const double value : {1e300, 5e-324, -1.2345678901234567, 1e22, 123456789012345680.0, 0.0}) {
        const std::string text = api::json_number(value);
        EXPECT_EQ(boost::json::parse(text).to_number<double>(), value) << text;
        EXPECT_THAT(text, testing::ContainsRegex("[.e]"));
    }
}

TEST(Encoding, FractalsReadBack) {
    store::Fractal fractal = small_fractal();
    fractal.generated_by = "a \"host\"";
    fractal.size = 12;
    fractal.state = store::State::failed;
    fractal.failure_reason = "line\nbreak";
    const store::Fractal read = api::fractal_from_json(api::to_json(fractal));
    EXPECT_EQ(api::to_json(read), api::to_json(fractal));

    const auto original = api::fractal_from_json(
        R"({"checksum":"ab","duration":1.5,"generated_by":"vm","height":2,"iterations":3,"size":4,"url":null,
            "uuid":"u","width":1,"xa":-1.0,"xb":1,"ya":-1,"yb":1})");
    EXPECT_EQ(original.state, store::State::done);
    for (const std::string_view wrong : {"", "[]", "{}", R"({"uuid":5})", R"({"uuid":"u","width":"x"})"}) {
        EXPECT_THROW((void)api::fractal_from_json(wrong), api::BadAnswer) << wrong;
    }
}

}  // namespace
}  // namespace faafo::tests
