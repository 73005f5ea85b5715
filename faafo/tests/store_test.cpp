// The store: rows, pictures, pages, and what is one transaction.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "faafo/store/text.hpp"
#include "faafo/tests/backends.hpp"

namespace faafo::tests {
namespace {

using store::State;

TEST_P(Store, KeepsEveryFieldToTheLastBit) {
    const Application application(files.database_url());
    store::Fractal fractal = small_fractal();
    fractal.parameters.window = {
        .xa = -1.2345678901234567, .xb = 0x1.fffffffffffffp-3, .ya = -1e-200, .yb = 1e300};
    fractal.c = {0.1, -0.3333333333333333};
    application.store->create(fractal);

    const auto found = application.store->find(fractal.uuid);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->parameters.window, fractal.parameters.window);
    EXPECT_EQ(found->parameters.width, 32);
    EXPECT_EQ(found->c, fractal.c);
    EXPECT_EQ(found->state, State::queued);
    EXPECT_EQ(found->created_at, fractal.created_at);
    EXPECT_FALSE(found->checksum || found->size || found->duration || found->started_at ||
                 found->finished_at);
    EXPECT_FALSE(application.store->find(store::new_uuid()));
}

TEST_P(Store, OutlivesItsProcess) {
    const store::Fractal fractal = small_fractal();
    Application(files.database_url()).store->create(fractal);
    EXPECT_TRUE(Application(files.database_url()).store->find(fractal.uuid));
}

TEST_P(Store, RefusesASecondFractalOfTheSameUuid) {
    const Application application(files.database_url());
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    EXPECT_THROW(application.store->create(fractal), store::DuplicateUuid);
    EXPECT_EQ(application.store->list({}, 0, 10).total, 1);
}

TEST_P(Store, KeepsThePictureAsItCame) {
    const Application application(files.database_url());
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    EXPECT_FALSE(application.store->image(fractal.uuid));

    store::Result result = drawn(fractal);
    const store::Fractal done = application.store->complete(result);
    EXPECT_EQ(done.state, State::done);
    EXPECT_EQ(done.size, static_cast<std::int64_t>(result.image.size()));
    EXPECT_EQ(done.checksum, result.checksum);
    EXPECT_EQ(done.generated_by, "host-1");
    EXPECT_TRUE(done.finished_at);
    EXPECT_EQ(application.store->image(fractal.uuid).value().bytes, result.image);
    EXPECT_EQ(application.store->thumbnail(fractal.uuid).value().bytes, result.image)
        << "small pictures have none";
}

TEST_P(Store, ServesTheThumbnailWhereThereIsOne) {
    const Application application(files.database_url());
    store::Fractal fractal = small_fractal();
    fractal.parameters.width = 1500;
    application.store->create(fractal);
    const store::Result result = drawn(fractal);
    ASSERT_FALSE(result.thumbnail.empty());
    application.store->complete(result);
    EXPECT_EQ(application.store->thumbnail(fractal.uuid).value().bytes, result.thumbnail);
    EXPECT_EQ(application.store->image(fractal.uuid).value().bytes, result.image);
}

TEST_P(Store, TheSamePictureAgainChangesNothingAndAnotherOneIsRefused) {
    const Application application(files.database_url());
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    store::Result result = drawn(fractal);
    const store::Fractal first = application.store->complete(result);
    result.generated_by = "host-2";
    const store::Fractal second = application.store->complete(result);
    EXPECT_EQ(second.generated_by, "host-1");
    EXPECT_EQ(second.finished_at, first.finished_at);

    store::Fractal other = fractal;
    other.c = {-0.4, 0.6};
    EXPECT_THROW(application.store->complete(drawn(other)), store::AlreadyDrawn);
    EXPECT_EQ(application.store->image(fractal.uuid).value().bytes, result.image);
}

TEST_P(Store, TwoFractalsMayHaveTheSamePicture) {
    const Application application(files.database_url());
    for (const int number : {1, 2}) {
        const store::Fractal fractal = small_fractal(numbered_uuid(number));
        application.store->create(fractal);
        EXPECT_EQ(application.store->complete(drawn(fractal)).state, State::done);
    }
}

TEST_P(Store, APictureForNothingIsNotFound) {
    const Application application(files.database_url());
    EXPECT_THROW(application.store->complete(drawn(small_fractal())), store::NotFound);
    EXPECT_THROW(application.store->fail(store::new_uuid(), "why", {}), store::NotFound);
}

TEST_P(Store, RemovingTakesPictureAndTaskAlong) {
    const Application application(files.database_url());
    const store::Fractal waiting = small_fractal(numbered_uuid(1));
    const store::Fractal done = small_fractal(numbered_uuid(2));
    application.store->create(waiting);
    application.store->create(done);
    application.store->complete(drawn(done));

    EXPECT_TRUE(application.store->remove(waiting.uuid));
    EXPECT_TRUE(application.store->remove(done.uuid));
    EXPECT_FALSE(application.store->remove(done.uuid));
    EXPECT_FALSE(application.store->image(done.uuid));
    EXPECT_FALSE(application.queue->claim("worker"));
    application.store->create(done);
    EXPECT_FALSE(application.store->image(done.uuid)) << "the old picture must not come back";
}

TEST_P(Store, PagesAreInOrderAndComplete) {
    const Application application(files.database_url());
    for (int number = 24; number >= 0; --number)
        application.store->create(small_fractal(numbered_uuid(number)));
    std::vector<std::string> seen;
    for (int offset = 0; offset < 40; offset += 10) {
        const auto found = application.store->list({}, offset, 10);
        EXPECT_EQ(found.total, 25);
        for (const auto& fractal : found.fractals)
            seen.push_back(fractal.uuid);
    }
    ASSERT_EQ(seen.size(), 25U);
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    EXPECT_TRUE(application.store->list({}, -1, 10).fractals.empty());
}

TEST_P(Store, ManyThreadsAndTwoProcessesWriteSideBySide) {
    const Application one(files.database_url());
    const Application two(files.database_url());
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 8; ++thread) {
            threads.emplace_back([&, thread] {
                const Application& mine = thread % 2 == 0 ? one : two;
                for (int i = 0; i < 20; ++i) {
                    const store::Fractal fractal = small_fractal(numbered_uuid(thread * 100 + i));
                    mine.store->create(fractal);
                    if (i % 2 == 0) mine.store->complete(drawn(fractal));
                    (void)mine.store->list({}, 0, 5);
                }
            });
        }
    }
    EXPECT_EQ(one.store->list({}, 0, 1).total, 160);
    const store::Query done{.filters = {{.field = "state", .values = {"done"}}}};
    EXPECT_EQ(two.store->list(done, 0, 1).total, 80);
}

TEST_P(Store, WritesThatAreCommittedTogetherSucceedOrFailEachByItself) {
    const Application application(files.database_url());
    std::atomic<int> created = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 8; ++thread) {
            threads.emplace_back([&] {
                for (int number = 0; number < 15; ++number) {
                    try {
                        application.store->create(small_fractal(numbered_uuid(number)));
                        ++created;
                    } catch (const store::DuplicateUuid&) {
                        ++refused;
                    }
                }
            });
        }
    }
    EXPECT_EQ(created, 15);
    EXPECT_EQ(refused, 7 * 15);
    EXPECT_EQ(application.store->list({}, 0, 1).total, 15);
    int tasks = 0;
    while (application.queue->claim("worker"))
        ++tasks;
    EXPECT_EQ(tasks, 15);
}

TEST(Database, SaysWhatItCannotOpen) {
    EXPECT_THROW(store::Database("oracle://root:secret@localhost/faafo", 1), std::invalid_argument);
    try {
        const store::Database database("sqlite:////proc/nowhere/faafo.db", 1);
        FAIL() << "opened";
    } catch (const store::Unavailable& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("/proc/nowhere/faafo.db"));
    }
}

TEST(Text, IsCutBetweenCharactersAndAlwaysUtf8) {
    EXPECT_EQ(store::shortened("Grüße", 99), "Grüße");
    EXPECT_EQ(store::shortened("Grüße", 5), "Grü");
    EXPECT_EQ(store::shortened("Grüße", 3), "Gr");
    EXPECT_EQ(store::shortened("🌀🌀", 7), "🌀");
    for (const std::string_view wrong : {"\xff", "\xc3", "\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                                         "\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf"}) {
        EXPECT_EQ(store::shortened(wrong, 99), std::string(wrong.size(), '?'));
    }
    EXPECT_EQ(store::shortened(std::string_view("a\0b", 3), 99), "a?b");
}

TEST(Fractal, TimesAreReadAsTheyAreWritten) {
    const auto time = store::parse_time("2026-11-22T15:04:05.678Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(store::to_text(*time), "2026-11-22T15:04:05.678Z");
    EXPECT_EQ(store::parse_time("2026-11-22T15:04:05.678"), time);
    EXPECT_EQ(store::parse_time("2026-11-22 15:04:05.678123"), time);
    EXPECT_EQ(store::to_text(store::parse_time("2026-11-22").value()), "2026-11-22T00:00:00.000Z");
    for (const std::string_view wrong :
         {"", "2026", "2026-13-01", "2026-02-30", "2026-11-22T25:00:00Z", "2026-11-22T",
          "2026-11-22T15:04:05.", "2026-11-22T15:04:05.6x", "-026-11-22"}) {
        EXPECT_FALSE(store::parse_time(wrong)) << wrong;
    }
}

TEST(Fractal, Uuids) {
    EXPECT_TRUE(store::is_uuid(store::new_uuid()));
    EXPECT_NE(store::new_uuid(), store::new_uuid());
    EXPECT_TRUE(store::is_uuid("123E4567-e89b-42d3-a456-426614174000"));
    for (const std::string_view wrong :
         {"", "123e4567-e89b-42d3-a456-42661417400", "123e4567e89b-42d3-a456-4266141740000",
          "123e4567-e89b-42d3-a456-42661417400g"}) {
        EXPECT_FALSE(store::is_uuid(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace faafo::tests
