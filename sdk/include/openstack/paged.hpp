// A listing that asks for its next page only when the loop gets there.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace openstack {

/// A lazy input range: `for (const auto& server : compute.servers())`. Each begin() starts a new walk at the
/// first page; nothing is asked before. A walk belongs to one thread; the range itself may be shared.
template <class T>
class Paged {
  public:
    /// Replaces its argument by the next page; false when there is none. A page may be empty.
    using NextPage = std::function<bool(std::vector<T>& page)>;
    /// Begins a walk.
    using Start = std::function<NextPage()>;

    explicit Paged(Start start) : start_(std::move(start)) {}

    class Iterator {
      public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        Iterator() = default;
        explicit Iterator(NextPage next) : walk_(std::make_shared<Walk>()) {
            walk_->next = std::move(next);
            turn_page();
        }
        /// The element may be moved from; the reference holds until the iterator is advanced.
        T& operator*() const { return walk_->page[walk_->position]; }
        T* operator->() const { return &**this; }
        /// Throws what asking for the next page throws. Then the iterator stays where it is, and ++ asks again.
        Iterator& operator++() {
            if (walk_->position + 1 < walk_->page.size()) {
                ++walk_->position;
            } else {
                turn_page();
            }
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.walk_ == nullptr; }

      private:
        struct Walk {
            NextPage next;
            std::vector<T> page;
            std::size_t position = 0;
        };
        void turn_page() {
            std::vector<T> page;
            while (page.empty()) {
                if (!walk_->next(page)) {
                    walk_.reset();
                    return;
                }
            }
            walk_->page = std::move(page);
            walk_->position = 0;
        }
        std::shared_ptr<Walk> walk_;
    };

    [[nodiscard]] Iterator begin() const { return Iterator(start_()); }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

    /// Everything, or the first `most` elements; no page is asked for that is not needed.
    [[nodiscard]] std::vector<T> to_vector(std::size_t most = static_cast<std::size_t>(-1)) const {
        std::vector<T> all;
        if (most == 0) {
            return all;
        }
        for (auto it = begin(); it != end(); ++it) {
            all.push_back(std::move(*it));
            if (all.size() == most) {
                break;
            }
        }
        return all;
    }
    [[nodiscard]] std::optional<T> first() const {
        auto it = begin();
        return it == end() ? std::nullopt : std::optional<T>(std::move(*it));
    }

  private:
    Start start_;
};

}  // namespace openstack
