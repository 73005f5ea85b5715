// The REST interface, row by row as the original's clients know it, and the pictures.
#include <gmock/gmock.h>

#include "faafo/api/encoding.hpp"
#include "faafo/api/fractal_json.hpp"
#include "faafo/config/version.hpp"
#include "faafo/tests/application.hpp"

namespace faafo::tests {
namespace {

using testing::HasSubstr;

class ServiceTest : public testing::Test {
  protected:
    store::Fractal create(int number) {
        store::Fractal fractal = small_fractal(numbered_uuid(number));
        EXPECT_EQ(application.call("POST", "/v1/fractal", request_json(fractal)).status, 201);
        return application.store->find(fractal.uuid).value();
    }

    /// What the original's worker sends.
    static std::string put_json(const store::Result& result, const std::string& more = {}) {
        return R"({"uuid":")" + result.uuid + R"(","duration":0.25,"image":")" + api::base64(result.image) +
               R"(","checksum":")" + result.checksum + R"(","size":)" + std::to_string(result.image.size()) +
               R"(,"generated_by":"vm-1")" + more + "}";
    }

    Files files;
    Application application{files.database_url()};
};

TEST_F(ServiceTest, CreatesWhatTheOriginalsClientSends) {
    const store::Fractal fractal = small_fractal(numbered_uuid(7));
    const auto response =
        application.call("POST", "/v1/fractal", request_json(fractal), "application/json; charset=utf-8");
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.headers.get("Location"), "http://faafo.test:8080/v1/fractal/" + fractal.uuid);
    EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
    const auto object = json_of(response).as_object();
    for (const std::string_view name : {"checksum", "duration", "generated_by", "size", "url"}) {
        EXPECT_TRUE(object.at(std::string(name)).is_null()) << name;
    }
    EXPECT_FALSE(object.contains("image"));
    EXPECT_EQ(object.at("uuid").as_string(), fractal.uuid);
    EXPECT_EQ(object.at("width").as_int64(), 32);
    EXPECT_EQ(object.at("xa").as_double(), -2.0);
    EXPECT_EQ(object.at("state").as_string(), "queued");
    EXPECT_TRUE(application.queue->claim("worker"));
}

TEST_F(ServiceTest, MakesAUuidWhenNoneIsGivenAndTheConstantFollowsFromTheUuid) {
    const std::string body = R"({"width":10,"height":10,"iterations":100,"xa":-1,"xb":1,"ya":-1,"yb":1})";
    const auto one = json_of(application.call("POST", "/v1/fractal", body)).as_object();
    const auto two = json_of(application.call("POST", "/v1/fractal", body)).as_object();
    EXPECT_TRUE(store::is_uuid(one.at("uuid").as_string()));
    EXPECT_NE(one.at("uuid"), two.at("uuid"));
    EXPECT_NE(one.at("c_re"), two.at("c_re"));

    const store::Fractal fractal = create(1);
    Files elsewhere;
    const Application other(elsewhere.database_url());
    const auto there = other.call("POST", "/v1/fractal", request_json(fractal));
    EXPECT_EQ(api::fractal_from_json(there.body).c->real(), fractal.c->real());
}

TEST_F(ServiceTest, TakesAConstantOfTheClients) {
    const std::string body =
        R"({"c_re":-0.8,"c_im":0.156,"width":10,"height":10,"iterations":100,"xa":-1,"xb":1,"ya":-1,"yb":1})";
    EXPECT_EQ(json_of(application.call("POST", "/v1/fractal", body)).at("c_im").as_double(), 0.156);
}

TEST_F(ServiceTest, NumbersAreKeptToTheLastBit) {
    // Boost.JSON's own parser takes this one for its neighbour.
    const std::string body =
        R"({"c_re":-0.8,"c_im":0.9718281828459019,"width":10,"height":10,"iterations":100,"xa":-1,"xb":1,"ya":-1,"yb":1})";
    const auto answer = application.call("POST", "/v1/fractal", body);
    EXPECT_EQ(api::fractal_from_json(answer.body).c->imag(), 0.9718281828459019);
    const auto task = application.queue->claim("worker");
    ASSERT_TRUE(task);
    EXPECT_EQ(task->fractal.c->imag(), 0.9718281828459019);
}

TEST_F(ServiceTest, ShowsAndDeletes) {
    const store::Fractal fractal = create(1);
    const std::string path = "/v1/fractal/" + fractal.uuid;
    EXPECT_EQ(application.call("GET", path).status, 200);
    EXPECT_EQ(application.call("GET", path, {}, {}).status, 200);
    EXPECT_EQ(application.call("HEAD", path).status, 200);
    EXPECT_EQ(application.call("DELETE", path).status, 204);
    EXPECT_EQ(application.call("DELETE", path).status, 404);
    EXPECT_EQ(application.call("GET", path).status, 404);
    EXPECT_THAT(message_of(application.call("GET", path)), HasSubstr(fractal.uuid));
    EXPECT_EQ(application.call("GET", "/v1/fractal/nonsense").status, 404);
}

TEST_F(ServiceTest, UuidsAreTheSameInBothCases) {
    const std::string upper = "ABCDEF00-0000-4000-8000-000000000001";
    EXPECT_EQ(application.call("POST", "/v1/fractal", request_json(small_fractal(upper))).status, 201);
    EXPECT_EQ(application.call("GET", "/v1/fractal/" + upper).status, 200);
    EXPECT_EQ(application.call("GET", "/v1/fractal/abcdef00-0000-4000-8000-000000000001").status, 200);
}

TEST_F(ServiceTest, PagesHaveTheOriginalsShapeAndLinks) {
    auto empty = application.call("GET", "/v1/fractal");
    EXPECT_EQ(empty.body, R"({"num_results":0,"objects":[],"page":1,"total_pages":0})");
    EXPECT_EQ(empty.headers.get("Link"),
              R"(<http://faafo.test:8080/v1/fractal?page=0&results_per_page=10>; rel="last")");

    for (int number = 0; number < 12; ++number)
        create(number);
    const auto first = application.call("GET", "/v1/fractal?results_per_page=5&other=gone");
    const auto page = json_of(first).as_object();
    EXPECT_EQ(page.at("num_results").as_int64(), 12);
    EXPECT_EQ(page.at("total_pages").as_int64(), 3);
    EXPECT_EQ(page.at("objects").as_array().size(), 5U);
    EXPECT_EQ(page.at("objects").at(0).at("uuid").as_string(), numbered_uuid(0));
    EXPECT_EQ(first.headers.get("Link"),
              "<http://faafo.test:8080/v1/fractal?page=2&results_per_page=5>; rel=\"next\", "
              "<http://faafo.test:8080/v1/fractal?page=3&results_per_page=5>; rel=\"last\"");
    const auto last = application.call("GET", "/v1/fractal?results_per_page=5&page=3");
    EXPECT_EQ(json_of(last).at("objects").as_array().size(), 2U);
    EXPECT_THAT(last.headers.get("Link"), testing::Not(HasSubstr("next")));

    const auto size_of = [&](const std::string& query) {
        return json_of(application.call("GET", "/v1/fractal?" + query)).at("objects").as_array().size();
    };
    EXPECT_EQ(size_of(""), 10U);
    for (const std::string odd : {"0", "-1", "x", "", "1.5"})
        EXPECT_EQ(size_of("results_per_page=" + odd), 10U) << odd;
    EXPECT_EQ(size_of("results_per_page=1000"), 12U);
    EXPECT_EQ(size_of("page=9"), 0U);
    EXPECT_EQ(size_of("page=0"), 0U);
    EXPECT_EQ(size_of("page=999999999999&results_per_page=100"), 0U);
    for (const std::string odd : {"x", "-1", "99999999999999999999", "1e3"}) {
        EXPECT_EQ(application.call("GET", "/v1/fractal?page=" + odd).status, 400) << odd;
    }
}

TEST_F(ServiceTest, NoMoreThanAHundredAPage) {
    for (int number = 0; number < 101; ++number)
        application.store->create(small_fractal(numbered_uuid(number)));
    const auto page = json_of(application.call("GET", "/v1/fractal?results_per_page=500"));
    EXPECT_EQ(page.at("objects").as_array().size(), 100U);
    EXPECT_EQ(page.at("total_pages").as_int64(), 2);
}

TEST_F(ServiceTest, CallbacksAreChecked) {
    create(1);
    const auto good = application.call("GET", "/v1/fractal?callback=my.page_2.$show");
    EXPECT_EQ(good.headers.get("Content-Type"), "application/javascript");
    EXPECT_EQ(good.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(good.body, testing::StartsWith(R"(my.page_2.$show({"data":{"num_results":1,)"));
    EXPECT_THAT(good.body, testing::EndsWith(R"("status":200}}))"));
    EXPECT_THAT(good.body, HasSubstr(R"({"rel":"last","url":"http://faafo.test:8080/v1/fractal?page=1)"));
    EXPECT_THAT(application.call("GET", "/v1/fractal/" + numbered_uuid(1) + "?callback=f").body,
                testing::StartsWith(R"(f({"data":{"attempts")"));
    for (const std::string bad :
         {"", "alert(1)//", "a..b", ".a", "a.", "1a", "a%20b", "a;b", "%3Cscript%3E", "a-b"}) {
        EXPECT_EQ(application.call("GET", "/v1/fractal?callback=" + bad).status, 400) << bad;
    }
}

TEST_F(ServiceTest, MethodsThatAreNotThere) {
    const std::string one = "/v1/fractal/" + create(1).uuid;
    for (const auto& [method, path] :
         std::vector<std::pair<std::string, std::string>>{{"PATCH", one},
                                                          {"PATCH", "/v1/fractal"},
                                                          {"PUT", "/v1/fractal"},
                                                          {"DELETE", "/v1/fractal"},
                                                          {"POST", one}}) {
        const auto response = application.call(method, path, "{}");
        EXPECT_EQ(response.status, 405) << method << path;
        EXPECT_THAT(response.headers.get("Allow"), HasSubstr("GET"));
        EXPECT_THAT(message_of(response), HasSubstr(method));
    }
    const auto options = application.call("OPTIONS", "/v1/fractal");
    EXPECT_EQ(options.status, 200);
    EXPECT_THAT(options.headers.get("Allow"), HasSubstr("POST"));
}

TEST_F(ServiceTest, UnknownPathsAreJson) {
    for (const std::string path :
         {"/v1", "/v1/fractal/", "/v1/eval/fractal", "/nothing", "/index/x", "/index/-1", "/v1/fractal/a/b",
          "/static/gallery.html", "/static/..%2fmain.cpp"}) {
        const auto response = application.call("GET", path);
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_FALSE(message_of(response).empty()) << path;
    }
}

TEST_F(ServiceTest, TakesResultsAsTheOriginalsWorkerSendsThem) {
    const store::Fractal fractal = create(1);
    const store::Result result = drawn(fractal);
    const auto response = application.call("PUT", "/v1/fractal/" + fractal.uuid, put_json(result));
    ASSERT_EQ(response.status, 200) << response.body;
    const auto object = json_of(response).as_object();
    EXPECT_EQ(object.at("state").as_string(), "done");
    EXPECT_EQ(object.at("duration").as_double(), 0.25);
    EXPECT_EQ(object.at("generated_by").as_string(), "vm-1");
    EXPECT_TRUE(object.at("c_re").is_null()) << "that worker does not say which constant it took";
    EXPECT_EQ(application.store->image(fractal.uuid)->bytes, result.image);
    EXPECT_EQ(application.call("PUT", "/v1/fractal/" + fractal.uuid, put_json(result)).status, 200);

    store::Fractal other = fractal;
    other.c = {-0.4, 0.6};
    EXPECT_EQ(application.call("PUT", "/v1/fractal/" + fractal.uuid, put_json(drawn(other))).status, 409);
}

TEST_F(ServiceTest, TakesResultsWithALeaseOnlyFromItsHolder) {
    const store::Fractal fractal = create(1);
    const auto task = application.queue->claim("a");
    const store::Result result = drawn(fractal);
    const std::string path = "/v1/fractal/" + fractal.uuid;
    EXPECT_EQ(application.call("PUT", path, put_json(result, R"(,"lease":"another")")).status, 409);
    EXPECT_EQ(application.store->find(fractal.uuid)->state, store::State::drawing);
    const std::string more = R"(,"c_re":-0.8,"c_im":0.156,"lease":")" + task->lease + "\"";
    EXPECT_EQ(application.call("PUT", path, put_json(result, more)).status, 200);
    EXPECT_EQ(application.store->find(fractal.uuid)->c, (std::complex<double>{-0.8, 0.156}));
}

TEST_F(ServiceTest, TakesFailures) {
    const store::Fractal fractal = create(1);
    const auto response =
        application.call("PUT", "/v1/fractal/" + fractal.uuid, R"({"failure_reason":"no memory"})");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(json_of(response).at("state").as_string(), "failed");
    EXPECT_FALSE(application.queue->claim("a"));
    const auto picture = application.call("GET", "/fractal/" + fractal.uuid);
    EXPECT_EQ(picture.status, 404);
    EXPECT_THAT(message_of(picture), HasSubstr("no memory"));
}

TEST_F(ServiceTest, PutChangesWhatWorkersReportAndNothingElse) {
    const store::Fractal fractal = create(1);
    const std::string path = "/v1/fractal/" + fractal.uuid;
    EXPECT_EQ(application.call("PUT", path, "{}").status, 200);
    EXPECT_EQ(application.call("PUT", path, "null").status, 200);
    EXPECT_EQ(
        application.call("PUT", path, R"({"duration":1.5,"width":32,"uuid":")" + fractal.uuid + "\"}").status,
        200);
    EXPECT_EQ(application.store->find(fractal.uuid)->duration, 1.5);

    const auto unknown = application.call("PUT", path, R"({"foo":1})");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(message_of(unknown), "Model does not have field 'foo'");
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {R"({"uuid":"00000000-0000-4000-8000-000000000009"})", "uuid"},
             {R"({"width":33})", "width"},
             {R"({"xa":-3})", "xa"},
             {R"({"iterations":null})", "iterations"},
             {R"({"state":"done"})", "state"},
             {R"({"attempts":0})", "attempts"},
             {R"({"url":"http://elsewhere/"})", "url"},
             {R"({"created_at":"2020-01-01"})", "created_at"},
             {R"({"checksum":"00"})", "checksum"},
             {R"({"size":5})", "size"},
             {R"({"duration":-1})", "duration"},
             {R"({"duration":"long"})", "duration"},
             {R"({"generated_by":"a\nb"})", "generated_by"},
             {R"({"image":""})", "image"},
             {R"({"image":5})", "image"},
             {R"({"image":"bm8gcG5n"})", "image"},
             {R"({"image":"***"})", "image"}}) {
        const auto response = application.call("PUT", path, body);
        EXPECT_EQ(response.status, 400) << body;
        EXPECT_EQ(fields_of(response), field) << response.body;
    }
    EXPECT_EQ(application.store->find(fractal.uuid)->state, store::State::queued);
    EXPECT_FALSE(application.store->find(numbered_uuid(9)));
    const std::string nothing = "/v1/fractal/" + numbered_uuid(99);
    EXPECT_EQ(application.call("PUT", nothing, "{}").status, 404);
    EXPECT_EQ(application.call("PUT", nothing, R"({"foo":1})").status, 400);
    EXPECT_EQ(application.call("PUT", path, "{}", "text/plain").status, 415);
}

TEST_F(ServiceTest, PicturesMustBeWhatTheySay) {
    const store::Fractal fractal = create(1);
    const std::string path = "/v1/fractal/" + fractal.uuid;
    store::Fractal wider = fractal;
    wider.parameters.width = 40;
    store::Result result = drawn(wider);
    EXPECT_EQ(fields_of(application.call("PUT", path, put_json(result))), "image");
    result = drawn(fractal);
    result.checksum[0] = result.checksum[0] == '0' ? '1' : '0';
    EXPECT_EQ(fields_of(application.call("PUT", path, put_json(result))), "checksum");
    result = drawn(fractal);
    result.image.pop_back();
    EXPECT_EQ(application.call("PUT", path, put_json(result)).status, 400);
}

TEST_F(ServiceTest, ServesPicturesAsTheyWereStored) {
    const store::Fractal fractal = create(1);
    const std::string path = "/fractal/" + fractal.uuid;
    const auto pending = application.call("GET", path);
    EXPECT_EQ(pending.status, 404);
    EXPECT_EQ(json_of(pending).at("code").as_int64(), 404);
    EXPECT_EQ(json_of(pending).at("state").as_string(), "queued");
    EXPECT_EQ(pending.headers.get("Retry-After"), "1");
    EXPECT_EQ(application.call("GET", "/fractal/" + numbered_uuid(9)).body,
              R"({"code":404,"message":"Fractal not found"})");
    EXPECT_EQ(application.call("GET", "/fractal/zz").status, 404);

    const store::Result result = drawn(fractal);
    application.store->complete(result);
    for (const std::string& where : {path, path + "/thumbnail"}) {
        const auto picture = application.call("GET", where);
        EXPECT_EQ(picture.status, 200);
        EXPECT_EQ(picture.headers.get("Content-Type"), "image/png");
        EXPECT_EQ(picture.body, result.image);
        EXPECT_THAT(picture.headers.get("Cache-Control"), HasSubstr("max-age="));
        const auto again = application.get(where, {{"If-None-Match", picture.headers.get("ETag")}});
        EXPECT_EQ(again.status, 304);
        EXPECT_TRUE(again.body.empty());
    }
}

TEST_F(ServiceTest, IsHealthyAndReady) {
    const auto health = application.call("GET", "/healthz");
    EXPECT_EQ(health.status, 200);
    EXPECT_EQ(health.body, R"({"status":"ok","version":")" + std::string(config::version) + R"("})");
    const auto ready = application.call("GET", "/readyz");
    EXPECT_EQ(ready.status, 200);
    EXPECT_EQ(ready.body, R"({"database":"ok","queue":"ok","status":"ready"})");
}

TEST_F(ServiceTest, SaysHowMuchThereIsToDoAndWhoDidWhat) {
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    application.store->create(small_fractal());
    (void)application.store->complete(drawn(fractal));
    const auto status = json_of(application.call("GET", "/v1/status"));
    EXPECT_EQ(
        status,
        boost::json::parse(
            R"({"fractals":2,"queued":1,"drawing":0,"done":1,"failed":0,"queue":"ok","workers":{"host-1":1}})"));
    // Where the queue is in the database, nobody needs to say that a worker begins.
    const std::string path = "/v1/fractal/" + fractal.uuid;
    EXPECT_EQ(application.call("PUT", path, R"({"state":"drawing"})").status, 200);
    EXPECT_EQ(application.store->find(fractal.uuid)->state, store::State::done);
    for (const char* body :
         {R"({"state":"failed"})", R"({"state":"no"})", R"({"state":"queued","image":""})"})
        EXPECT_EQ(application.call("PUT", path, body).status, 400) << body;
}

TEST_F(ServiceTest, ASearchThatTakesTooLongEndsAndOthersAreAnswered) {
    const auto database = std::make_shared<store::Database>(
        files.database_url(), 1, store::Database::Start::now, std::chrono::milliseconds{0});
    const auto store = store::make_sql_store(database);
    const auto queue = queue::make_embedded_queue(database, {});
    const api::Service service(*store, *queue);
    const auto get = [&](const std::string& filters) {
        common::httpd::Request request{.method = "GET", .path = "/v1/fractal"};
        request.query = {{"q", R"({"filters":[)" + filters + "]}"}};
        return service(request);
    };
    // More rows than SQLite looks at before it asks whether it may go on.
    {
        auto lease = database->lease();
        lease.allow(std::chrono::minutes{1});
        lease.session()
            << "INSERT INTO fractal (uuid, width, height, iterations, xa, xb, ya, yb, state, "
               "created_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
               "i < 50) SELECT printf('%036d', a.i * 50 + b.i), 1, 1, 1, 0, 0, 0, 0, 'queued', 0 "
               "FROM n AS a, n AS b";
    }
    const auto refused = get(R"({"name":"state","op":"ilike","val":"%a%"})");
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(message_of(refused), HasSubstr("too long"));
    EXPECT_EQ(get(R"({"name":"uuid","op":"eq","val":"1"})").status, 200);
}

TEST_F(ServiceTest, SearchesLeaveThreadsForOthers) {
    api::Turns turns(2);
    auto first = turns.take(std::chrono::milliseconds{0});
    const auto second = turns.take(std::chrono::milliseconds{0});
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(turns.take(std::chrono::milliseconds{0}));
    first.reset();
    EXPECT_TRUE(turns.take(std::chrono::milliseconds{0}));

    const api::Service busy(*application.store, *application.queue,
                            {.searches = 0, .patience = std::chrono::milliseconds{0}});
    common::httpd::Request request{.method = "GET", .path = "/v1/fractal"};
    EXPECT_EQ(busy(request).status, 200);
    request.query = {{"q", R"({"filters":[{"name":"uuid","op":"gt","val":"0"}]})"}};
    EXPECT_EQ(busy(request).status, 200) << "as faafo lists page by page";
    request.query = {{"q", R"({"filters":[{"name":"state","op":"like","val":"%a%"}]})"}};
    const auto refused = busy(request);
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers.get("Retry-After"), "1");
    EXPECT_THAT(message_of(refused), HasSubstr("searches"));
}

TEST_F(ServiceTest, HostsThatAreNoHostsAreNotRepeated) {
    const auto response = application.get("/v1/fractal", {{"Host", "evil\"><script>"}});
    EXPECT_THAT(response.headers.get("Link"), testing::Not(HasSubstr("script")));
    EXPECT_EQ(application.get("/v1/fractal", {}).status, 200);
}

}  // namespace
}  // namespace faafo::tests
