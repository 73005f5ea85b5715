// Requests to the services of the embedded cloud, several in a row to one cloud: each is answered, none with a 500.
//
// An input is a list of requests: "METHOD /path?query", header lines ("Name: value"), an empty line, and a body that
// ends with a line "%%". Every input gets a cloud of its own, so that it does the same each time.
#include <spdlog/spdlog.h>

#include <filesystem>
#include <string>

#include "common/process/process.hpp"
#include "fuzz/target.hpp"
#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/preload.hpp"
#include "localcloud/api/object_store/object_store_service.hpp"
#include "localcloud/compute/fake_driver.hpp"

using namespace localcloud;

namespace {

constexpr std::string_view project = "0123456789abcdef0123456789abcdef";

/// Everybody is an administrator of one project.
class Everybody : public api::Authenticator {
  public:
    [[nodiscard]] std::optional<api::Caller> authenticate(std::string_view /*token*/) const override {
        return api::Caller{.user_id = "ann",
                           .user_name = "ann",
                           .project_id = std::string(project),
                           .project_name = "demo",
                           .roles = {"admin", "member"}};
    }
};

/// Files that all clouds of this process share: a database with what a new cloud holds, and a folder for data.
class Template {
  public:
    Template() {
        spdlog::set_level(spdlog::level::off);
        for (const char* name : {"images", "objects", "spool", "instances"})
            std::filesystem::create_directories(folder_.path() / name);
        state::Store store{folder_.path() / "new.db"};
        {
            auto transaction = store.write();
            transaction.put(state::Kind::project, project,
                            {{"id", project}, {"name", "admin"}, {"enabled", true}});
            transaction.commit();
        }
        compute::FakeDriver driver{folder_.path() / "instances"};
        compute::FakeFabric fabric;
        api::Cloud cloud{.name = "fuzz",
                         .endpoint = "http://127.0.0.1:1",
                         .floating_range = "127.31.7.0/24",
                         .directory = folder_.path(),
                         .store = store,
                         .driver = driver,
                         .fabric = fabric};
        api::compute::preload(cloud);
        api::network::preload(cloud);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path fresh_database() const {
        const auto file = folder_.path() / "cloud.db";
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(file.string() + suffix);
        std::filesystem::copy_file(folder_.path() / "new.db", file);
        return file;
    }

  private:
    common::process::TemporaryDirectory folder_{"localcloud-fuzz"};
};

api::Request read_request(std::string_view text) {
    auto line = fuzz::take_until(text, '\n');
    api::Request request;
    request.method = fuzz::take_until(line, ' ');
    request.target = line;
    const auto question_mark = line.find('?');
    request.path = common::httpd::percent_decode(line.substr(0, question_mark));
    if (question_mark != std::string_view::npos)
        request.query = common::httpd::parse_query(line.substr(question_mark + 1));
    request.headers.add("X-Auth-Token", "t");
    for (auto header = fuzz::take_until(text, '\n'); !header.empty(); header = fuzz::take_until(text, '\n')) {
        const auto name = fuzz::take_until(header, ':');
        request.headers.add(std::string(name), std::string(header.substr(header.starts_with(' ') ? 1 : 0)));
    }
    request.body = common::httpd::Body(std::string(text));
    return request;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Template files;
    static const Everybody everybody;
    state::Store store{files.fresh_database()};
    compute::FakeDriver driver{files.path() / "instances"};
    compute::FakeFabric fabric;
    api::Cloud cloud{.name = "fuzz",
                     .endpoint = "http://127.0.0.1:1",
                     .floating_range = "127.31.7.0/24",
                     .directory = files.path(),
                     .store = store,
                     .driver = driver,
                     .fabric = fabric};
    api::compute::ComputeService compute{cloud, everybody};
    const api::network::NetworkService network{cloud, everybody};
    const api::image::ImageService image{cloud, everybody};
    const api::object_store::ObjectStoreService objects{cloud, everybody};

    auto rest = fuzz::text(data, size);
    constexpr std::string_view end_of_request = "\n%%\n";
    for (int count = 0; !rest.empty() && count < 8; ++count) {
        const auto end = rest.find(end_of_request);
        const auto request = read_request(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + end_of_request.size());
        for (const api::Service* service :
             {static_cast<const api::Service*>(&compute), static_cast<const api::Service*>(&network),
              static_cast<const api::Service*>(&image), static_cast<const api::Service*>(&objects)}) {
            if (!request.path.starts_with(service->prefix())) continue;
            const auto status = service->handle(request).status;
            if (status == 500)
                std::fprintf(stderr, "%s %s\n", request.method.c_str(), request.target.c_str());
            fuzz::require(status >= 200 && status != 500, "no request breaks a service");
        }
    }
    compute.stop();
    return 0;
}
