#include "common/httpd/router.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

namespace common::httpd {
namespace {

struct Route {
    Handler handler;
    std::vector<std::string> names;  // of its {segments}, in order
};
using Methods = std::map<std::string, Route, std::less<>>;

// One segment of the patterns' tree.
struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> any;  // {name}
    Methods rest;               // {name...} below this node
    Methods methods;            // patterns that end here
};

struct Match {
    const Route* route = nullptr;
    std::vector<std::string_view> values;  // raw, in the order of the route's names
};

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (true) {
        const std::size_t slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

const Route* choose(const Methods& methods, std::string_view method) {
    if (const auto found = methods.find(method); found != methods.end()) return &found->second;
    if (method == "HEAD") {
        if (const auto get = methods.find("GET"); get != methods.end()) return &get->second;
    }
    return nullptr;
}

// Walks the tree along one request's path, literal segments first, and comes back where a branch has no such method.
class Search {
  public:
    Search(std::string_view path, std::string_view method, bool encoded)
        : path_(path), method_(method), encoded_(encoded), segments_(split(path)) {}

    bool run(const Node& root) { return visit(root, 0); }
    [[nodiscard]] const Match& match() const { return match_; }
    [[nodiscard]] const std::set<std::string, std::less<>>& allowed() const { return allowed_; }

  private:
    bool take(const Methods& methods) {
        if (const Route* route = choose(methods, method_)) {
            match_.route = route;
            return true;
        }
        for (const auto& [method, route] : methods)
            allowed_.insert(method);
        return false;
    }

    bool visit(const Node& node, std::size_t index) {
        if (index == segments_.size()) return take(node.methods);
        const std::string_view segment = segments_[index];
        const auto literal = encoded_ && segment.find('%') != std::string_view::npos
                                 ? node.literals.find(percent_decode(segment))
                                 : node.literals.find(segment);
        if (literal != node.literals.end() && visit(*literal->second, index + 1)) return true;
        if (segment.empty() && index + 1 == segments_.size()) return false;
        if (node.any && !segment.empty()) {
            match_.values.push_back(segment);
            if (visit(*node.any, index + 1)) return true;
            match_.values.pop_back();
        }
        if (!node.rest.empty()) {
            const auto start = static_cast<std::size_t>(segment.data() - path_.data());
            match_.values.push_back(path_.substr(start));
            if (take(node.rest)) return true;
            match_.values.pop_back();
        }
        return false;
    }

    std::string_view path_;
    std::string_view method_;
    bool encoded_;
    std::vector<std::string_view> segments_;
    Match match_;
    std::set<std::string, std::less<>> allowed_;
};

}  // namespace

struct Router::Impl {
    Node root;
    Handler not_found = [](const Request&) { return Response{.status = 404}; };
    Handler method_not_allowed = [](const Request&) { return Response{.status = 405}; };
};

Router::Router() : impl_(std::make_shared<Impl>()) {}

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
    const auto refuse = [&](const char* why) {
        throw std::invalid_argument("route " + std::string(method) + " " + std::string(pattern) + ": " + why);
    };
    if (pattern.empty() || pattern.front() != '/') refuse("a pattern begins with '/'");
    std::vector<std::string> names;
    Node* node = &impl_->root;
    Methods* methods = nullptr;
    for (const std::string_view segment : split(pattern)) {
        if (methods) refuse("{name...} must be the last segment");
        if (segment.starts_with('{') && segment.ends_with("...}")) {
            names.emplace_back(segment.substr(1, segment.size() - 5));
            methods = &node->rest;
        } else if (segment.starts_with('{') && segment.ends_with('}')) {
            names.emplace_back(segment.substr(1, segment.size() - 2));
            if (!node->any) node->any = std::make_unique<Node>();
            node = node->any.get();
        } else {
            if (segment.find_first_of("{}") != std::string_view::npos) refuse("a {name} is a whole segment");
            auto& child = node->literals[std::string(segment)];
            if (!child) child = std::make_unique<Node>();
            node = child.get();
        }
    }
    if (!methods) methods = &node->methods;
    const bool added =
        methods->try_emplace(std::string(method), Route{std::move(handler), std::move(names)}).second;
    if (!added) refuse("such a route exists already");
}

void Router::set_not_found(Handler handler) {
    impl_->not_found = std::move(handler);
}
void Router::set_method_not_allowed(Handler handler) {
    impl_->method_not_allowed = std::move(handler);
}

Response Router::operator()(const Request& request) const {
    // Segments are told apart before they are decoded, so that a %2F inside a name stays in it.
    const bool encoded = !request.target.empty();
    std::string_view path = encoded ? std::string_view(request.target) : std::string_view(request.path);
    if (encoded) path = path.substr(0, path.find('?'));

    Search search(path, request.method, encoded);
    if (search.run(impl_->root)) {
        const auto& [route, values] = search.match();
        if (values.empty()) return route->handler(request);
        Request with_params = request;
        for (std::size_t i = 0; i < values.size(); ++i) {
            with_params.params[route->names[i]] =
                encoded ? percent_decode(values[i]) : std::string(values[i]);
        }
        return route->handler(with_params);
    }
    if (search.allowed().empty()) return impl_->not_found(request);

    Response response = impl_->method_not_allowed(request);
    std::string allow;
    for (const std::string& method : search.allowed()) {
        allow += (allow.empty() ? "" : ", ") + method;
        if (method == "GET" && !search.allowed().contains("HEAD")) allow += ", HEAD";
    }
    response.headers.set("Allow", allow);
    return response;
}

}  // namespace common::httpd
