// Places at which a process ends itself as if it had been killed, so that tests can prove that nothing is lost there.
#pragma once

#include <string_view>

namespace faafo::queue {

/// SIGKILL to ourselves if the environment's FAAFO_FAULT_POINTS names this place ("a,b"); else nothing.
/// api-after-commit         the fractal and its task are committed; the client has no answer yet
/// relay-before-publish     the task was taken from the outbox
/// relay-before-confirm     it was sent to the broker, which has not confirmed it to us
/// worker-mid-task          the worker has begun with a task of a broker
/// worker-before-acknowledge  its picture is stored, the broker does not know
void fault_point(std::string_view name);

}  // namespace faafo::queue
