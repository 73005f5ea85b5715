#include "localcloud/compute/metadata_service.hpp"

#include <set>
#include <string>

namespace localcloud::compute {
namespace {

using common::httpd::Request;
using common::httpd::Response;

Response text(int status, std::string body, std::string type = "text/plain; charset=UTF-8") {
    return {.status = status, .headers = {{"Content-Type", std::move(type)}}, .body = std::move(body)};
}

/// The path in the instance's files: EC2's tree is served at the root.
std::string file_of(std::string_view path) {
    while (path.starts_with('/'))
        path.remove_prefix(1);
    const bool openstack = path == "openstack" || path.starts_with("openstack/");
    return (openstack || path.empty() ? "" : "ec2/") + std::string(path);
}

/// What a folder holds, one name per line, folders with a slash; nothing if it is no folder.
std::string listing(const std::map<std::string, std::string>& files, const std::string& folder) {
    const std::string prefix = folder.empty() ? "" : folder + "/";
    std::set<std::string> names;
    for (auto at = files.lower_bound(prefix); at != files.end() && at->first.starts_with(prefix); ++at) {
        const auto rest = at->first.substr(prefix.size());
        const auto slash = rest.find('/');
        names.insert(slash == std::string::npos ? rest : rest.substr(0, slash + 1));
    }
    std::string lines;
    for (const auto& name : names)
        lines += (lines.empty() ? "" : "\n") + name;
    return lines;
}

/// Nova keeps its tree under dates and under "latest"; a client may ask for any of them.
std::string with_latest(const std::string& file) {
    for (const std::string root : {"openstack/", "ec2/"}) {
        if (!file.starts_with(root)) continue;
        const auto end = file.find('/', root.size());
        return root + "latest" + (end == std::string::npos ? "" : file.substr(end));
    }
    return file;
}

}  // namespace

std::optional<std::string> instance_of_tag(std::string_view tag, std::string_view kind) {
    if (!tag.starts_with(kind)) return std::nullopt;
    tag.remove_prefix(kind.size());
    if (!tag.starts_with(':')) return std::nullopt;
    return std::string(tag.substr(1));
}

common::httpd::Handler metadata_handler(MetadataSource source) {
    return [source = std::move(source)](const Request& request) {
        if (request.method != "GET" && request.method != "HEAD")
            return text(405, "the metadata service is read only\n");
        const auto tag = request.params.find("listener");
        const auto id = tag == request.params.end() ? std::nullopt : instance_of_tag(tag->second, "metadata");
        const auto files = id ? source(*id) : std::nullopt;
        if (!files) return text(404, "no instance asks here\n");

        std::string path = request.path;
        while (path.ends_with('/'))
            path.pop_back();
        if (path.empty()) return text(200, "latest\nopenstack");
        const auto wanted = file_of(path);
        for (const auto& file : {wanted, with_latest(wanted)}) {
            if (const auto found = files->find(file); found != files->end()) {
                const bool is_json = file.ends_with(".json");
                return text(200, found->second, is_json ? "application/json" : "text/plain; charset=UTF-8");
            }
            if (auto lines = listing(*files, file); !lines.empty()) return text(200, std::move(lines));
        }
        return text(404, "there is no " + path + "\n");
    };
}

}  // namespace localcloud::compute
