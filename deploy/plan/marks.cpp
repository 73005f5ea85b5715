#include "deploy/plan/marks.hpp"

#include <algorithm>

namespace deploy {
namespace {
constexpr std::string_view prefix = "Made by the deployment ";
}

std::string package_mark(std::string_view version, std::string_view sha256) {
    return version.empty() ? std::string(sha256) : std::string(version) + " " + std::string(sha256);
}

bool is_of_package(std::string_view mark, std::string_view sha256) {
    return !sha256.empty() && mark.substr(mark.rfind(' ') + 1) == sha256;
}

std::string group_mark(std::string_view deployment) {
    return std::string(prefix) + std::string(deployment);
}

std::string address_mark(std::string_view deployment, std::string_view instance) {
    return group_mark(deployment) + " for " + std::string(instance);
}

std::string_view instance_in_mark(std::string_view description, std::string_view deployment) {
    const auto mark = address_mark(deployment, "");
    return description.starts_with(mark) ? description.substr(mark.size()) : std::string_view();
}

bool is_any_mark(std::string_view description) {
    return description.starts_with(prefix);
}

std::string key_comment(std::string_view deployment) {
    return "deployment-" + std::string(deployment);
}

std::string_view comment_of(std::string_view public_key) {
    for (int words = 0; words < 2; ++words) {
        const auto space = public_key.find(' ');
        if (space == std::string_view::npos) return {};
        public_key.remove_prefix(space + 1);
    }
    while (!public_key.empty() && (public_key.back() == '\n' || public_key.back() == ' '))
        public_key.remove_suffix(1);
    return public_key;
}

std::string with_comment(std::string_view public_key, std::string_view comment) {
    const auto first = public_key.find(' ');
    const auto second = first == std::string_view::npos ? first : public_key.find(' ', first + 1);
    auto key = public_key.substr(0, second);
    while (!key.empty() && key.back() == '\n')
        key.remove_suffix(1);
    return std::string(key) + " " + std::string(comment);
}

std::string scoped_name(std::string_view deployment, std::string_view program, std::string_view name) {
    return deployment == program ? std::string(name) : std::string(deployment) + "-" + std::string(name);
}

}  // namespace deploy
