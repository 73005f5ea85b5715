#include "faafo/queue/fault_point.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>

namespace faafo::queue {
namespace {

const std::string& chosen() {
    static const std::string names = [] {
        const char* value = std::getenv("FAAFO_FAULT_POINTS");
        return value == nullptr ? std::string{} : std::string(value);
    }();
    return names;
}

}  // namespace

void fault_point(std::string_view name) {
    std::string_view names = chosen();
    while (!names.empty()) {
        const std::string_view first = names.substr(0, names.find(','));
        if (first == name) std::raise(SIGKILL);
        names.remove_prefix(std::min(first.size() + 1, names.size()));
    }
}

}  // namespace faafo::queue
