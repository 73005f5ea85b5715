#include "deploy/topology/placeholders.hpp"

#include <stdexcept>

namespace deploy {

std::string fill_in(std::string_view text, std::string_view kind,
                    const std::function<std::string(const std::string&)>& value_of) {
    const auto opening = "{" + std::string(kind) + ":";
    std::string filled;
    while (true) {
        const auto at = text.find(opening);
        filled += text.substr(0, at);
        if (at == std::string_view::npos) return filled;
        text.remove_prefix(at + opening.size());
        const auto end = text.find('}');
        if (end == std::string_view::npos)
            throw std::invalid_argument("a placeholder " + opening + "…} is not closed");
        filled += value_of(std::string(text.substr(0, end)));
        text.remove_prefix(end + 1);
    }
}

std::set<std::string> placeholders(std::string_view text, std::string_view kind) {
    std::set<std::string> names;
    (void)fill_in(text, kind, [&](const std::string& name) {
        names.insert(name);
        return std::string();
    });
    return names;
}

std::string address_of(std::string_view instance) {
    return "{address:" + std::string(instance) + "}";
}

std::string secret_for(std::string_view purpose) {
    return "{secret:" + std::string(purpose) + "}";
}

}  // namespace deploy
