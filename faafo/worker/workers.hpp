// The workers: threads that take tasks from the queue, draw, hand in, and only then acknowledge.
#pragma once

#include <memory>
#include <string>

#include "faafo/queue/queue.hpp"
#include "faafo/worker/sink.hpp"

namespace faafo::worker {

struct WorkerOptions {
    unsigned count = 1;  ///< tasks at the same time
    unsigned threads_per_task = 1;
    std::string name;  ///< "generated_by"; the host's name when empty
};

/// Works from construction on. Queue and sink must outlive it.
class Workers {
  public:
    Workers(queue::Queue& queue, Sink& sink, WorkerOptions options);
    /// Stops: no new tasks, drawings are cancelled, their tasks returned to the queue.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    void stop();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace faafo::worker
