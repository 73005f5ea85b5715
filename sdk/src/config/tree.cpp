#include "sdk/src/config/tree.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "openstack/error.hpp"
#include "sdk/src/http/text.hpp"

namespace openstack::config {
namespace {

/// Turns yaml-cpp's nodes into ours, within bounds: aliases can make a small file endless.
class Reader {
  public:
    explicit Reader(const std::string& path) : path_(path) {}

    /// Whether a map's keys are settings, whose '-' and '_' are the same, or names that somebody gave.
    enum class Keys { settings, names };

    Value read(const YAML::Node& node, int depth = 0, Keys keys = Keys::settings) {
        constexpr int deepest = 40;
        constexpr int most = 100000;
        if (depth > deepest || ++count_ > most) {
            fail(node.Mark(), "this is nested too deeply or refers to itself", "write the values out");
        }
        Value out{.origin = where(node.Mark())};
        if (node.IsScalar()) {
            out.kind = Value::Kind::scalar;
            out.text = node.Scalar();
        } else if (node.IsSequence()) {
            out.kind = Value::Kind::sequence;
            for (const auto& item : node)
                out.items.push_back(read(item, depth + 1));
        } else if (node.IsMap()) {
            out.kind = Value::Kind::map;
            read_members(node, out, depth, keys);
        }
        return out;
    }

    [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what, const std::string& remedy) const {
        throw ConfigError(where(mark) + ": " + what + "; " + remedy);
    }

  private:
    void read_members(const YAML::Node& node, Value& out, int depth, Keys keys) {
        std::vector<Value> inherited;
        for (const auto& pair : node) {
            if (!pair.first.IsScalar()) {
                fail(pair.first.Mark(), "a key has to be a plain word", "write it as `key: value`");
            }
            if (pair.first.Scalar() == "<<" && pair.first.Tag() == "?") {
                auto merged = read(pair.second, depth + 1);
                if (merged.kind == Value::Kind::sequence) {
                    std::ranges::move(merged.items, std::back_inserter(inherited));
                } else {
                    inherited.push_back(std::move(merged));
                }
                continue;
            }
            auto name = keys == Keys::names ? pair.first.Scalar() : normal_key(pair.first.Scalar());
            if (const auto* first = out.find(name)) {
                fail(pair.first.Mark(),
                     "the key \"" + name + "\" is written a second time (the first is at " + first->origin +
                         ")",
                     "keep one of them");
            }
            const bool holds_clouds = depth == 0 && (name == "clouds" || name == "public_clouds");
            auto value = read(pair.second, depth + 1, holds_clouds ? Keys::names : Keys::settings);
            out.members.emplace_back(std::move(name), std::move(value));
        }
        // What is written here wins over what is merged in; of several merged maps the first one wins.
        for (auto& source : inherited) {
            if (!source.is_map()) fail(node.Mark(), "`<<` has to name a map", "write `<<: *anchor`");
            for (auto& [name, value] : source.members) {
                if (out.find(name) == nullptr) out.members.emplace_back(name, std::move(value));
            }
        }
    }

    [[nodiscard]] std::string where(const YAML::Mark& mark) const {
        return mark.line < 0 ? path_ : path_ + ":" + std::to_string(mark.line + 1);
    }

    const std::string& path_;
    int count_ = 0;
};

}  // namespace

Value Value::scalar(std::string text, std::string origin) {
    return {.kind = Kind::scalar, .text = std::move(text), .origin = std::move(origin)};
}

const Value* Value::find(std::string_view name) const {
    const auto found = std::ranges::find(members, name, &Member::name);
    return found == members.end() ? nullptr : &found->value;
}

Value* Value::find(std::string_view name) {
    return const_cast<Value*>(std::as_const(*this).find(name));
}

const Value* Value::at(std::string_view dotted) const {
    const Value* value = this;
    while (value != nullptr && !dotted.empty()) {
        const auto name = dotted.substr(0, dotted.find('.'));
        dotted.remove_prefix(std::min(name.size() + 1, dotted.size()));
        if (value->kind == Kind::sequence) {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
            const bool good =
                error == std::errc{} && end == name.data() + name.size() && index < value->items.size();
            value = good ? &value->items[index] : nullptr;
        } else {
            value = value->find(normal_key(name));
        }
    }
    return value;
}

std::optional<std::string> Value::text_of(std::string_view dotted) const {
    const auto* value = at(dotted);
    if (value == nullptr || value->kind != Kind::scalar || value->text.empty()) return std::nullopt;
    return value->text;
}

void Value::set(std::string_view name, Value value) {
    if (auto* there = find(name)) {
        *there = std::move(value);
    } else {
        members.emplace_back(std::string(name), std::move(value));
    }
}

void Value::erase(std::string_view name) {
    std::erase_if(members, [&](const auto& member) { return member.name == name; });
}

void merge(Value& base, const Value& over) {
    if (!base.is_map() || !over.is_map()) {
        base = over;
        return;
    }
    for (const auto& [name, value] : over.members) {
        if (auto* there = base.find(name)) {
            merge(*there, value);
        } else {
            base.members.emplace_back(name, value);
        }
    }
}

Value parse_file(const std::string& path, const std::string& text) {
    Reader reader(path);
    try {
        const auto node = YAML::Load(text);
        auto out = reader.read(node);
        if (out.kind == Value::Kind::null) return Value::map(path);
        if (!out.is_map()) reader.fail(node.Mark(), "this is not a configuration", "begin with `clouds:`");
        return out;
    } catch (const YAML::Exception& error) {
        reader.fail(error.mark, "this is not YAML (" + error.msg + ")", "correct it, or ask a YAML checker");
    }
}

std::string normal_key(std::string_view key) {
    std::string out(key);
    std::ranges::replace(out, '-', '_');
    return out;
}

std::optional<bool> parse_bool(std::string_view text) {
    static constexpr std::array yes = {"true", "yes", "on", "1", "y", "t"};
    static constexpr std::array no = {"false", "no", "off", "0", "n", "f"};
    const auto is = [&](std::string_view word) { return http::equal_ignoring_case(word, text); };
    if (std::ranges::any_of(yes, is)) return true;
    if (std::ranges::any_of(no, is)) return false;
    return std::nullopt;
}

}  // namespace openstack::config
