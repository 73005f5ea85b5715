// faafo-api and faafo-worker as programs: several on one database, killed, stopped, attacked.
#include "faafo/tests/programs.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "common/testkit/wait.hpp"
#include "faafo/tests/application.hpp"

namespace faafo::tests {
namespace {

using namespace std::chrono_literals;
using common::testkit::wait_until;
using testing::HasSubstr;

/// Takes seconds, not minutes: there is time to kill whoever draws it.
std::string slow_request(const std::string& uuid) {
    return R"({"uuid":")" + uuid +
           R"(","c_re":-0.7269,"c_im":0.1889,"width":2500,"height":2500,"iterations":20000,)"
           R"("xa":-0.3,"xb":0.3,"ya":-0.3,"yb":0.3})";
}

class ProgramsTest : public testing::Test {
  protected:
    std::string log(const std::string& name) const { return (files.path() / (name + ".log")).string(); }
    std::string log_text(const std::string& name) const {
        std::ifstream stream(log(name));
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }
    static std::string state_of(common::testkit::HttpClient& client, const std::string& uuid) {
        return std::string(
            boost::json::parse(client.get("/v1/fractal/" + uuid).body).at("state").as_string());
    }
    static bool becomes(common::testkit::HttpClient& client, const std::string& uuid,
                        const std::string& state) {
        return wait_until([&] { return state_of(client, uuid) == state; }, 40s);
    }

    Files files;
};

TEST_F(ProgramsTest, OneProcessTakesDrawsAndShows) {
    ApiProgram api(files.database_url(), log("api"));
    auto client = api.client();
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(1)))).status, 201);
    ASSERT_TRUE(becomes(client, numbered_uuid(1), "done"));
    const auto picture = client.get("/fractal/" + numbered_uuid(1));
    EXPECT_EQ(picture.status, 200);
    EXPECT_EQ(picture.headers.get("Content-Type"), "image/png");
    EXPECT_THAT(picture.body, testing::StartsWith("\x89PNG"));
    EXPECT_THAT(client.get("/").body, HasSubstr(numbered_uuid(1)));
    const auto head = client.head("/v1/fractal/" + numbered_uuid(1));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
}

TEST_F(ProgramsTest, StopsWithinSecondsInTheMiddleOfATask) {
    ApiProgram api(files.database_url(), log("api"), {"--workers", "1"});
    auto client = api.client();
    client.post("/v1/fractal", slow_request(numbered_uuid(1)));
    ASSERT_TRUE(becomes(client, numbered_uuid(1), "drawing"));
    api.process().signal(SIGTERM);
    EXPECT_EQ(api.process().wait(5s), 0);
    EXPECT_THAT(log_text("api"), HasSubstr("returning fractal " + numbered_uuid(1)));
    const Application later(files.database_url());
    EXPECT_EQ(later.store->find(numbered_uuid(1))->state, store::State::queued);
}

/// What the process may write from now on ends where this is in a file: as on a full disk.
void limit_files(pid_t process, rlim_t size) {
    rlimit limit{};
    ASSERT_EQ(::prlimit(process, RLIMIT_FSIZE, nullptr, &limit), 0);
    limit.rlim_cur = size == RLIM_INFINITY ? limit.rlim_max : size;
    ASSERT_EQ(::prlimit(process, RLIMIT_FSIZE, &limit, nullptr), 0);
}

TEST_F(ProgramsTest, ADiskThatTakesNothingIsSaidUntilItTakesSomething) {
    ApiProgram api(files.database_url(), log("api"), {"--workers", "0"});
    auto client = api.client();
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(1)))).status, 201);
    limit_files(api.process().pid(), 0);
    const auto refused = client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(2))));
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("disk is full"));
    EXPECT_EQ(client.get("/v1/fractal/" + numbered_uuid(1)).status, 200) << "it shows what it has";
    const auto unready = client.get("/readyz");
    EXPECT_EQ(unready.status, 503);
    EXPECT_THAT(unready.body, HasSubstr("disk is full"));
    limit_files(api.process().pid(), RLIM_INFINITY);
    EXPECT_EQ(client.get("/readyz").status, 200) << "it finds out by itself, nobody else would write";
    EXPECT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(2)))).status, 201);
    const auto list = boost::json::parse(client.get("/v1/fractal").body);
    EXPECT_EQ(list.at("num_results").as_int64(), 2) << "finding out leaves nothing";
}

TEST_F(ProgramsTest, AKilledWorkersTaskIsDrawnByAnotherAndThePictureIsTheSame) {
    ApiProgram api(files.database_url(), log("api"), {"--workers", "0"});
    auto client = api.client();
    client.post("/v1/fractal", slow_request(numbered_uuid(1)));
    {
        auto victim = start_worker(files.database_url(), api.url(), log("victim"), {"--lease", "1"});
        ASSERT_TRUE(becomes(client, numbered_uuid(1), "drawing"));
        victim.signal(SIGKILL);
        ASSERT_EQ(victim.wait(5s), 128 + SIGKILL);
    }
    auto worker = start_worker(files.database_url(), api.url(), log("worker"), {"--lease", "1"});
    ASSERT_TRUE(becomes(client, numbered_uuid(1), "done"));
    const auto row = boost::json::parse(client.get("/v1/fractal/" + numbered_uuid(1)).body);
    EXPECT_EQ(row.at("attempts").as_int64(), 2);

    client.post("/v1/fractal", slow_request(numbered_uuid(2)));
    ASSERT_TRUE(becomes(client, numbered_uuid(2), "done"));
    const auto undisturbed = boost::json::parse(client.get("/v1/fractal/" + numbered_uuid(2)).body);
    EXPECT_EQ(row.at("checksum"), undisturbed.at("checksum"));
}

TEST_F(ProgramsTest, APictureThatTheApiDoesNotTakeFailsWithTheLimit) {
    ApiProgram api(files.database_url(), log("api"), {"--workers", "0", "--max-body-size", "1024"});
    auto worker = start_worker(files.database_url(), api.url(), log("worker"));
    auto client = api.client();
    store::Fractal large = small_fractal(numbered_uuid(1));
    large.parameters.width = large.parameters.height = 500;
    ASSERT_EQ(client.post("/v1/fractal", request_json(large)).status, 201);
    ASSERT_TRUE(becomes(client, numbered_uuid(1), "failed"));
    EXPECT_THAT(client.get("/v1/fractal/" + numbered_uuid(1)).body, HasSubstr("at most 1024 bytes"));
}

TEST_F(ProgramsTest, TwoApisAndTwoWorkersShareOneDatabase) {
    ApiProgram one(files.database_url(), log("one"), {"--workers", "0"});
    ApiProgram two(files.database_url(), log("two"), {"--workers", "1"});
    auto worker = start_worker(files.database_url(), one.url(), log("worker"));
    constexpr int each = 40;
    {
        std::vector<std::jthread> threads;
        for (const ApiProgram* api : {&one, &two}) {
            threads.emplace_back([api, base = api == &one ? 0 : 1000] {
                auto client = api->client();
                for (int number = 0; number < each; ++number) {
                    const auto answer =
                        client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(base + number))));
                    EXPECT_EQ(answer.status, 201) << answer.body;
                }
            });
        }
    }
    auto client = one.client();
    const std::string done =
        "/v1/fractal?q=" +
        common::httpd::percent_encode(R"({"filters":[{"name":"state","op":"eq","val":"done"}]})");
    EXPECT_TRUE(wait_until(
        [&] { return boost::json::parse(client.get(done).body).at("num_results").as_int64() == 2 * each; },
        40s))
        << client.get(done).body;
    EXPECT_EQ(two.client().get("/fractal/" + numbered_uuid(0)).body,
              one.client().get("/fractal/" + numbered_uuid(0)).body);
    EXPECT_EQ(two.client().post("/v1/fractal", request_json(small_fractal(numbered_uuid(0)))).status, 409);
}

TEST_F(ProgramsTest, AWorkerWaitsForItsApi) {
    const auto port = common::testkit::free_port();
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    const store::Fractal fractal = small_fractal(numbered_uuid(1));
    const Application application(files.database_url());
    application.store->create(fractal);
    auto worker = start_worker(files.database_url(), url, log("worker"));
    ASSERT_TRUE(wait_until([&] { return log_text("worker").find("has to wait") != std::string::npos; }));
    worker.signal(SIGTERM);
    EXPECT_EQ(worker.wait(5s), 0);
    EXPECT_EQ(application.store->find(fractal.uuid)->state, store::State::queued) << "nothing is lost";
}

TEST_F(ProgramsTest, SaysWhatIsWrongAndEnds) {
    const auto run = [](std::vector<std::string> arguments) {
        arguments[0] = program(arguments[0]).string();
        return common::process::run({.arguments = std::move(arguments), .timeout = 20s});
    };
    const auto broker = run({"faafo-api", "--bind-port", "0", "--database-url", files.database_url(),
                             "--transport-url", "amqp://guest:secret@broker.example//"});
    EXPECT_EQ(broker.exit_status, 1);
    EXPECT_THAT(broker.error,
                testing::AllOf(HasSubstr("rabbitmqctl add_user"), testing::Not(HasSubstr("secret"))));
    EXPECT_EQ(run({"faafo-worker", "--database-url", "sqlite:////proc/no/f.db"}).exit_status, 1);
    EXPECT_EQ(run({"faafo-worker", "--database-url", files.database_url(), "--endpoint-url", "localhost"})
                  .exit_status,
              1);
    EXPECT_EQ(run({"faafo-api", "--bind-port", "many"}).exit_status, 1);
    EXPECT_EQ(run({"faafo-api", "--nonsense"}).exit_status, 2);
    EXPECT_EQ(run({"faafo-api", "--version"}).exit_status, 0);
    ApiProgram first(files.database_url(), log("first"));
    const auto second = run({"faafo-api", "--database-url", files.database_url(), "--bind-port",
                             first.url().substr(first.url().rfind(':') + 1)});
    EXPECT_EQ(second.exit_status, 1);
    EXPECT_THAT(second.error, HasSubstr("127.0.0.1"));
}

/// Bytes as they are; returns the beginning of what comes back before the server closes.
std::string raw(const std::string& url, const std::string& bytes) {
    const int port = std::stoi(url.substr(url.rfind(':') + 1));
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        (void)::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        std::string buffer(4096, '\0');
        if (const auto count = ::recv(descriptor, buffer.data(), buffer.size(), 0); count > 0) {
            answer.assign(buffer, 0, static_cast<std::size_t>(count));
        }
    }
    ::close(descriptor);
    return answer;
}

TEST_F(ProgramsTest, HostileClientsGetNoFurtherThanA4xx) {
    ApiProgram api(files.database_url(), log("api"), {"--workers", "1", "--max-body-size", "200000"});
    auto client = api.client();
    const std::string post = "POST /v1/fractal HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    for (const std::string& bytes :
         {std::string("nonsense\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nX: ") + std::string(100'000, 'x') + "\r\n\r\n",
          post + "Content-Length: 99999999999999999999\r\n\r\n", post + "Content-Length: -1\r\n\r\n{}",
          post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", post + "Content-Length: 10000000\r\n\r\n{}",
          std::string("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
          std::string("GET /fractal/%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n"),
          std::string("GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n")}) {
        const std::string answer = raw(api.url(), bytes);
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4"))
            << bytes.substr(0, 60) << " → " << answer.substr(0, 60);
    }
    EXPECT_EQ(client.post("/v1/fractal", std::string(150'000, ' ')).status, 413);
    // Everything that was refused left the worker alone.
    client.post("/v1/fractal", R"({"width":1,"height":1,"iterations":1,"xa":5,"xb":6,"ya":5,"yb":6})");
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(1)))).status, 201);
    EXPECT_TRUE(becomes(client, numbered_uuid(1), "done"));
}

TEST_F(ProgramsTest, ThousandsAreListed) {
    {
        const Application application(files.database_url());
        store::Transaction transaction(*application.database, store::Transaction::Kind::write);
        transaction.session()
            << "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
               "INSERT INTO fractal (uuid, width, height, iterations, xa, xb, ya, yb, state, created_at) "
               "SELECT printf('00000000-0000-4000-8000-%012d', i), 10, 10, 100, -1, 1, -1, 1, 'failed', i "
               "FROM n";
        transaction.commit();
    }
    ApiProgram api(files.database_url(), log("api"));
    const auto result = api.faafo({"list"});
    EXPECT_EQ(result.exit_status, 0) << result.error;
    std::set<std::string> uuids;
    for (const std::string& line : lines(result.output)) {
        if (line.starts_with("| 0000")) uuids.insert(line.substr(2, 36));
    }
    EXPECT_EQ(uuids.size(), 2000U);
}

}  // namespace
}  // namespace faafo::tests
