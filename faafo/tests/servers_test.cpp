// The application on database servers that restart, die, lock and refuse.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <latch>
#include <random>
#include <thread>

#include "common/testkit/wait.hpp"
#include "faafo/tests/backends.hpp"
#include "faafo/tests/programs.hpp"

namespace faafo::tests {
namespace {

using common::db::Backend;
using common::testkit::wait_until;
using store::Transaction;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ServerTest : public BackendTest {
  protected:
    ~ServerTest() override {
        if (stopped_) server().start();
    }
    [[nodiscard]] static common::testkit::DatabaseServer& server() { return running(GetParam()); }
    void stop() {
        server().stop();
        stopped_ = true;
    }
    void start() {
        server().start();
        stopped_ = false;
    }

    static std::string words_of(const std::string& url) {
        try {
            const store::Database database(url, 1);
        } catch (const store::Unavailable& error) {
            EXPECT_THAT(error.what(), Not(HasSubstr(common::testkit::DatabaseServer::password)));
            EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
            return error.what();
        }
        ADD_FAILURE() << "opened";
        return {};
    }

    /// Creates fractals on several threads while `disturb` runs; all that were promised must be there afterwards.
    void keeps_promises(const std::function<void()>& disturb) const {
        const Application application(files.database_url());
        std::atomic<bool> done = false;
        std::atomic<int> refused = 0;
        std::mutex mutex;
        std::vector<std::string> promised;
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < 4; ++thread) {
                threads.emplace_back([&] {
                    while (!done) {
                        const store::Fractal fractal = small_fractal();
                        try {
                            application.store->create(fractal);
                            const std::lock_guard lock(mutex);
                            promised.push_back(fractal.uuid);
                        } catch (const store::Unavailable&) {
                            ++refused;
                        }
                    }
                });
            }
            const auto count = [&] {
                const std::lock_guard lock(mutex);
                return promised.size();
            };
            EXPECT_TRUE(wait_until([&] { return count() > 20; }));
            disturb();
            const std::size_t before = count();
            EXPECT_TRUE(wait_until([&] { return count() > before + 20; })) << "it does not go on";
            done = true;
        }
        EXPECT_GT(refused, 0) << "nobody noticed";
        for (const std::string& uuid : promised)
            ASSERT_TRUE(application.store->find(uuid)) << uuid;
    }

  private:
    bool stopped_ = false;
};

TEST_P(ServerTest, SaysWhyItCannotBeUsed) {
    const auto url = common::db::DatabaseUrl::parse(files.database_url());
    EXPECT_THAT(words_of(server().url(url.name, "s3cret")),
                AllOf(HasSubstr("cannot use the database"), HasSubstr(url.without_password()),
                      HasSubstr("check the user and the password")));
    EXPECT_THAT(words_of(server().url("nowhere")), HasSubstr("has no database 'nowhere'"));
    stop();
    EXPECT_THAT(words_of(files.database_url()),
                AllOf(HasSubstr("nothing answers at 127.0.0.1:" + std::to_string(server().port())),
                      HasSubstr("does the database server run")));
}

TEST_P(ServerTest, AnOutageIs503AndTheNextRequestAfterItWorks) {
    const Application application(files.database_url());
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    stop();
    for (const auto& [method, target] :
         {std::pair{"GET", "/v1/fractal"}, std::pair{"GET", "/readyz"},
          std::pair{"DELETE", "/v1/fractal/00000000-0000-4000-8000-000000000007"}}) {
        const auto response = application.call(method, target);
        EXPECT_EQ(response.status, 503) << target;
        EXPECT_THAT(response.body, HasSubstr("database does not answer"));
    }
    EXPECT_EQ(application.call("GET", "/healthz").status, 200);
    EXPECT_EQ(application.call("POST", "/v1/fractal", request_json(small_fractal())).status, 503);
    start();
    EXPECT_EQ(application.call("POST", "/v1/fractal", request_json(small_fractal())).status, 201);
    EXPECT_EQ(application.call("GET", "/v1/fractal/" + fractal.uuid).status, 200);
}

TEST_P(ServerTest, ARestartBetweenTwoRequestsIsNotNoticed) {
    const Application application(files.database_url());
    application.store->create(small_fractal());
    server().restart();
    EXPECT_EQ(application.call("GET", "/v1/fractal").status, 200);
    server().restart();
    EXPECT_EQ(application.call("GET", "/readyz").status, 200);
    server().restart();
    EXPECT_EQ(application.call("POST", "/v1/fractal", request_json(small_fractal())).status, 201);
    server().restart();
    EXPECT_TRUE(application.queue->claim("worker"));
}

TEST_P(ServerTest, StartsBeforeItsServer) {
    stop();
    store::Database database(files.database_url(), 2, store::Database::Start::when_reachable);
    EXPECT_THROW((void)database.lease(), store::Unavailable);
    start();
    int fractals = -1;
    database.lease().session() << "SELECT COUNT(*) FROM fractal", soci::into(fractals);
    EXPECT_EQ(fractals, 0) << "it made the tables";
}

/// A server that neither answers nor closes, with every process of it stopped until this value goes.
class Frozen {
  public:
    explicit Frozen(pid_t server) : pids_{server} {
        // It may have one process for each connection, and must make no other meanwhile.
        ::kill(server, SIGSTOP);
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            std::ifstream stat(entry.path() / "stat");
            std::string pid, name, state;
            pid_t parent = 0;
            if (stat >> pid >> name >> state >> parent && parent == server) pids_.push_back(std::stoi(pid));
        }
        for (const pid_t pid : pids_)
            ::kill(pid, SIGSTOP);
    }
    ~Frozen() {
        for (const pid_t pid : pids_)
            ::kill(pid, SIGCONT);
    }
    Frozen(const Frozen&) = delete;
    Frozen& operator=(const Frozen&) = delete;

  private:
    std::vector<pid_t> pids_;
};

TEST_P(ServerTest, AServerThatIsFrozenIs503InABoundedTime) {
    constexpr std::chrono::seconds longest_use{1}, connecting{5};
    const auto database =
        std::make_shared<store::Database>(files.database_url(), 4, store::Database::Start::now, longest_use);
    const auto store = store::make_sql_store(database, {});
    const store::Fractal fractal = small_fractal();
    store->create(fractal);
    {
        const Frozen frozen(server().pid());
        for (const bool writes : {false, true}) {
            const auto begin = std::chrono::steady_clock::now();
            EXPECT_THROW(writes ? store->create(small_fractal()) : (void)store->find(fractal.uuid),
                         store::Unavailable);
            EXPECT_LT(std::chrono::steady_clock::now() - begin, 2 * (longest_use + connecting));
        }
    }
    EXPECT_TRUE(wait_until([&] {
        try {
            return store->find(fractal.uuid).has_value();
        } catch (const store::Unavailable&) {
            return false;
        }
    }));
}

TEST_P(ServerTest, KeepsItsPromisesOverARestart) {
    keeps_promises([] { server().restart(); });
}

TEST_P(ServerTest, KeepsItsPromisesWhenTheServerIsKilled) {
    keeps_promises([] {
        server().kill();
        server().start();
    });
}

TEST_P(ServerTest, ManyStartOnAnEmptyDatabaseAtOnce) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back([this] {
            try {
                const Application application(files.database_url());
                application.store->create(small_fractal());
            } catch (const std::exception& error) {
                ADD_FAILURE() << error.what();
            }
        });
    }
    threads.clear();
    EXPECT_EQ(Application(files.database_url()).store->list({}, 0, 1).total, 6);
}

TEST_P(ServerTest, DeadlocksAreTriedAgain) {
    const Application application(files.database_url());
    for (const int number : {1, 2})
        application.store->create(small_fractal(numbered_uuid(number)));
    std::latch both_hold_one(2);
    std::atomic<int> runs = 0;
    const auto update_both = [&](int first) {
        bool met = false;
        store::transacting(*application.database, Transaction::Kind::write, [&](soci::session& session) {
            ++runs;
            for (const int number : {first, 3 - first}) {
                const std::string uuid = numbered_uuid(number);
                session << "UPDATE fractal SET attempts = attempts + 1 WHERE uuid = :uuid", soci::use(uuid);
                if (!met) both_hold_one.arrive_and_wait();
                met = true;
            }
        });
    };
    {
        const std::jthread other([&] { update_both(1); });
        update_both(2);
    }
    EXPECT_EQ(runs, 3) << "the victim ran twice";
    for (const int number : {1, 2})
        EXPECT_EQ(application.store->find(numbered_uuid(number))->attempts, 2);
}

TEST_P(ServerTest, ATaskThatSomebodyIsTakingIsNobodyElses) {
    const Application application(files.database_url());
    for (const int number : {1, 2})
        application.store->create(small_fractal(numbered_uuid(number)));
    Transaction transaction(*application.database, Transaction::Kind::write);
    transaction.session() << "UPDATE task SET attempts = 1 WHERE uuid = '" + numbered_uuid(1) + "'";
    const auto task = application.queue->claim("worker");
    ASSERT_TRUE(task) << "and nobody waits for him";
    EXPECT_EQ(task->fractal.uuid, numbered_uuid(2));
    EXPECT_FALSE(application.queue->claim("worker"));
}

TEST_P(ServerTest, KeepsLargePicturesByteByByte) {
    const Application application(files.database_url());
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    store::Result result = drawn(fractal);
    std::minstd_rand random{7};
    result.image.resize(3U << 20U);
    for (char& byte : result.image)
        byte = static_cast<char>(random());
    result.thumbnail = result.image.substr(0, 1000);
    application.store->complete(result);
    EXPECT_TRUE(application.store->image(fractal.uuid).value().bytes == result.image);
    EXPECT_TRUE(application.store->thumbnail(fractal.uuid).value().bytes == result.thumbnail);
}

TEST_P(ServerTest, RefusesAPictureThatTheServerCannotTake) {
    if (GetParam() != Backend::mysql) GTEST_SKIP() << "MariaDB's limit";
    server().sql("SET GLOBAL max_allowed_packet = 1048576;\n");
    {
        const Application application(files.database_url());
        const store::Fractal fractal = small_fractal();
        application.store->create(fractal);
        store::Result result = drawn(fractal);
        result.image.resize(2U << 20U);
        EXPECT_THROW(application.store->complete(result), store::TooLarge);
        EXPECT_EQ(application.store->find(fractal.uuid)->state, store::State::queued);
    }
    server().sql("SET GLOBAL max_allowed_packet = 16777216;\n");
}

TEST_P(ServerTest, ProcessesShareItAndOneMayDie) {
    ApiProgram doomed(files.database_url(), files.folder.path() / "one.log",
                      {"--workers", "1", "--lease", "1"});
    const ApiProgram other(files.database_url(), files.folder.path() / "two.log", {"--workers", "1"});
    for (const ApiProgram* api : {&std::as_const(doomed), &other}) {
        const auto created = api->faafo({"create", "--tasks", "6", "--width", "64", "--height", "64"});
        ASSERT_TRUE(created.ok()) << created.error;
    }
    doomed.process().signal(SIGKILL);
    EXPECT_TRUE(wait_until(
        [&] {
            const auto list = other.client().get(
                "/v1/fractal?q=" +
                common::httpd::percent_encode(R"({"filters":[{"name":"state","op":"eq","val":"done"}]})"));
            return list.status == 200 &&
                   boost::json::parse(list.body).at("num_results").to_number<int>() == 12;
        },
        std::chrono::seconds{40}))
        << "what the dead one was drawing is drawn by the other";
    EXPECT_THAT(other.client().get("/v1/fractal").body, Not(HasSubstr("p@ss")));
}

INSTANTIATE_TEST_SUITE_P(With, ServerTest, testing::ValuesIn(available_servers()), name_of);

}  // namespace
}  // namespace faafo::tests
