// What the methods of LoadBalancerService have in common: a walk that learns, and changes in their turn.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sdk/src/load_balancer/change.hpp"
#include "sdk/src/load_balancer/tables.hpp"

namespace openstack::load_balancer {

/// A listing that remembers what belongs to what.
template <class Resource, class Query>
Paged<Resource> list_and_learn(const Adapter& adapter, const std::shared_ptr<ChangeQueue>& queue,
                               const Query& query, const CallOptions& options) {
    resource::ListRequest request{.query = resource::encode_query(resource::fields_of<Query>(), &query)};
    return Paged<Resource>([adapter, queue, request = std::move(request), options] {
        auto pager =
            std::make_shared<resource::Pager>(adapter, resource::definition_of<Resource>(), request, options);
        return [pager, queue](std::vector<Resource>& page) {
            const bool more = pager->next(resource::value_type<std::vector<Resource>>, &page);
            for (const Resource& element : page) {
                learn(*queue, element);
            }
            return more;
        };
    });
}

template <class Resource>
Resource learned(ChangeQueue& queue, Resource resource) {
    learn(queue, resource);
    return resource;
}

template <class Resource>
std::optional<Resource> learned(ChangeQueue& queue, std::optional<Resource> resource) {
    if (resource) {
        learn(queue, *resource);
    }
    return resource;
}

/// make_change() for what answers with something.
template <class Send>
auto changed(const Adapter& adapter, ChangeQueue& queue, const Change& change, const CallOptions& options,
             const Send& send) {
    decltype(send()) result{};
    make_change(adapter, queue, change, options, [&] { result = send(); });
    return result;
}

/// For people: "creating listener web".
inline std::string doing(std::string_view verb, std::string_view noun, std::string_view name) {
    std::string text = std::string(verb) + " " + std::string(noun);
    if (!name.empty()) {
        text += " " + std::string(name);
    }
    return text;
}

/// Deletes something below a load balancer; `owner` says which that is.
template <class Resource, class Owner>
bool remove_in_turn(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                    const CallOptions& options, const Owner& owner,
                    const resource::Definition& definition = resource::definition_of<Resource>()) {
    try {
        const Change change{.load_balancer = owner(), .what = doing("deleting", definition.noun, id)};
        const Request request{.method = "DELETE", .path = resource::join_path(definition.path, id)};
        make_change(adapter, queue, change, options,
                    [&] { static_cast<void>(adapter.request(request, options)); });
        queue.forget(id);
        return true;
    } catch (const NotFound& error) {
        queue.forget(id);
        return error.details().perhaps_done_before;  // it, or what it belonged to, is gone
    }
}

}  // namespace openstack::load_balancer
