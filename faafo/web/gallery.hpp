// The pages for people: the gallery at / and /index/<page>, and the files it is made of.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/httpd/message.hpp"
#include "faafo/store/store.hpp"

namespace faafo::web {

inline constexpr std::int64_t fractals_per_page = 5;

/// Thread-safe; remembers nothing between requests.
class Gallery {
  public:
    explicit Gallery(store::Store& store);
    ~Gallery();

    /// Page `number`, 1 for the newest fractals. One beyond the last is empty, as in the original.
    [[nodiscard]] common::httpd::Response page(const common::httpd::Request& request,
                                               std::int64_t number) const;
    /// A file of /static/; 404 when there is none.
    [[nodiscard]] common::httpd::Response file(const common::httpd::Request& request,
                                               std::string_view name) const;

  private:
    store::Store& store_;
    std::string template_;
    std::map<std::string, std::string, std::less<>> tags_;  ///< of the files, for caches
};

/// True if the client's copy is the one that `tag` (with its quotes) names: the answer is then 304.
[[nodiscard]] bool client_has(const common::httpd::Request& request, std::string_view tag);
/// 304 with the tag.
[[nodiscard]] common::httpd::Response not_modified(std::string_view tag, std::string_view cache_control);

}  // namespace faafo::web
