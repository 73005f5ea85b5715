// Which documents have a member of a certain text: for the members that are asked for again and again.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "localcloud/state/json.hpp"

namespace localcloud::state {

enum class Kind;

class Index {
  public:
    using Ids = std::set<std::string, std::less<>>;

    void add(Kind kind, const std::string& id, const Document& document);
    /// As it was when it was added.
    void remove(Kind kind, const std::string& id, const Document& document);
    /// Whether the member is one of those; an empty text never is.
    [[nodiscard]] static bool covers(Kind kind, std::string_view key, std::string_view value);
    [[nodiscard]] const Ids& find(Kind kind, std::string_view key, std::string_view value) const;

  private:
    std::map<std::pair<Kind, std::string_view>, std::unordered_map<std::string, Ids>> ids_;
};

}  // namespace localcloud::state
