#include "faafo/store/group_commit.hpp"

#include <exception>
#include <utility>

namespace faafo::store {

struct GroupCommit::Job {
    const std::function<void(soci::session&)>& work;
    std::exception_ptr error;
    bool done = false;
};

void GroupCommit::run(const std::function<void(soci::session&)>& work) {
    // A server commits what its connections write at the same time together by itself.
    if (!database_.is_sqlite()) return transacting(database_, Transaction::Kind::write, work);

    Job job{.work = work, .error = nullptr};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&job);
    finished_.wait(lock, [&] { return job.done || !busy_; });
    if (!job.done) {
        // Nobody else is at it: this thread does the work of all who wait, itself among them.
        busy_ = true;
        const auto jobs = std::exchange(waiting_, {});
        lock.unlock();
        execute(jobs);
        lock.lock();
        for (Job* each : jobs)
            each->done = true;
        busy_ = false;
        finished_.notify_all();
    }
    if (job.error) std::rethrow_exception(job.error);
}

void GroupCommit::execute(const std::vector<Job*>& jobs) {
    try {
        Transaction transaction(database_, Transaction::Kind::write);
        soci::session& session = transaction.session();
        for (Job* job : jobs) {
            session << "SAVEPOINT job";
            try {
                job->work(session);
            } catch (...) {
                job->error = std::current_exception();
                session << "ROLLBACK TO SAVEPOINT job";
            }
            session << "RELEASE SAVEPOINT job";
        }
        transaction.commit();
    } catch (...) {
        // The database itself: nobody's work was kept.
        for (Job* job : jobs) {
            if (!job->error) job->error = std::current_exception();
        }
    }
}

}  // namespace faafo::store
