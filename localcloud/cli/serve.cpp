#include "localcloud/cli/serve.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <optional>

#include "common/httpd/server.hpp"
#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/control/control.hpp"
#include "localcloud/api/front.hpp"
#include "localcloud/api/identity/identity.hpp"
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/network/preload.hpp"
#include "localcloud/balancer/haproxy.hpp"
#include "localcloud/cli/addresses.hpp"
#include "localcloud/cli/clouds_yaml.hpp"
#include "localcloud/compute/container_driver.hpp"
#include "localcloud/compute/fake_driver.hpp"
#include "localcloud/compute/metadata_service.hpp"
#include "localcloud/dns_server/knot.hpp"
#include "localcloud/fabric/container_fabric.hpp"
#include "localcloud/host/files.hpp"
#include "localcloud/host/host.hpp"
#include "localcloud/image/image.hpp"
#include "localcloud/state/files.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::cli {

using state::Kind;

namespace {

constexpr std::uint64_t largest_body = std::uint64_t{64} << 30;
constexpr int unprivileged_port_offset = 8000;
/// More than cores: requests that are delayed or held on demand keep theirs.
constexpr std::size_t handler_threads = 32;

int stop_event = -1;

void request_stop(int /*signal*/) {
    const std::uint64_t one = 1;
    // Nothing can be done about a failure in a signal handler.
    [[maybe_unused]] const ssize_t written = ::write(stop_event, &one, sizeof one);
}

/// Turns SIGTERM and SIGINT into something that can be waited for.
void watch_signals() {
    stop_event = ::eventfd(0, EFD_CLOEXEC);
    struct sigaction action{};
    action.sa_handler = request_stop;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
}

/// Until a signal comes, or until somebody removes the folder under us: nobody could find this cloud again then.
void wait_for_end(const std::filesystem::path& state) {
    constexpr int look_ms = 2000;
    const host::Descriptor folder = host::open_folder(state);
    pollfd event{.fd = stop_event, .events = POLLIN, .revents = 0};
    while (::poll(&event, 1, look_ms) <= 0 && !host::is_removed(folder)) {
    }
}

host::Options host_options(const std::filesystem::path& state) {
    return {.state = state, .cache = host::default_cache()};
}

/// What a cloud is and stays from its first start on.
struct Identity {
    std::string name, driver, endpoint_address, floating_range;
    std::uint16_t port = default_port;
};

Identity load_identity(state::Store& store, const CloudOptions& options) {
    auto transaction = store.write();
    if (const Document* stored = transaction.find(Kind::setting, "cloud")) {
        Identity identity{.name = text(*stored, "name"),
                          .driver = text(*stored, "driver"),
                          .endpoint_address = text(*stored, "endpoint_address"),
                          .floating_range = text(*stored, "floating_range"),
                          .port = static_cast<std::uint16_t>(integer(*stored, "port"))};
        if (options.port != 0 && options.port != identity.port) {
            identity.port = options.port;
            transaction.edit(Kind::setting, "cloud")["port"] = options.port;
            transaction.commit();
        }
        return identity;
    }
    const std::uint16_t port = options.port == 0 ? default_port : options.port;
    const CloudAddresses addresses = choose_addresses(options.name, port);
    transaction.put(Kind::setting, "cloud",
                    {{"name", options.name},
                     {"driver", options.driver},
                     {"endpoint_address", addresses.endpoint_address},
                     {"floating_range", addresses.floating_range},
                     {"port", port}});
    transaction.commit();
    return {.name = options.name,
            .driver = options.driver,
            .endpoint_address = addresses.endpoint_address,
            .floating_range = addresses.floating_range,
            .port = port};
}

/// Passwords are made together with clouds.yaml; where that is gone, everybody gets a new one.
void ensure_credentials(api::Cloud& cloud, const std::filesystem::path& state,
                        std::optional<int> port_offset) {
    const std::filesystem::path file = clouds_file(state);
    bool users_exist = false;
    bool endpoint_changed = false;
    {
        auto transaction = cloud.store.write();
        users_exist = transaction.count(Kind::user) > 0;
        const Document* stored = transaction.find(Kind::setting, "clouds.yaml");
        endpoint_changed = stored == nullptr || text(*stored, "endpoint") != cloud.endpoint;
        transaction.put(Kind::setting, "clouds.yaml", {{"endpoint", cloud.endpoint}});
        transaction.commit();
    }
    if (users_exist && !endpoint_changed && std::filesystem::exists(file)) return;
    const api::identity::Passwords passwords{.demo = state::secret(18), .admin = state::secret(18)};
    write_clouds_yaml(file, {.name = cloud.name,
                             .endpoint = cloud.endpoint,
                             .demo_password = passwords.demo,
                             .admin_password = passwords.admin,
                             .floating_ip_port_offset = port_offset});
    if (!users_exist) {
        api::identity::preload(cloud, passwords);
        return;
    }
    auto transaction = cloud.store.write();
    for (const Document* user : transaction.all(Kind::user)) {
        const std::string name = text(*user, "name");
        if (name != "demo" && name != "admin") continue;
        transaction.edit(Kind::user, text(*user, "id"))["_password"] =
            state::hash_password(name == "demo" ? passwords.demo : passwords.admin);
    }
    transaction.commit();
}

/// An image of localcloud's own in Glance: public, owned by the administrator's project.
void offer_image(api::Cloud& cloud, const std::string& name, const std::string& preinstalled,
                 const std::optional<image::Image>& built) {
    std::string id;
    {
        auto transaction = cloud.store.write();
        const Document* project = transaction.find_by(Kind::project, "name", "admin");
        Document fields = api::image::new_image({}, project == nullptr ? "" : text(*project, "id"));
        fields["name"] = name;
        fields["visibility"] = "public";
        fields["disk_format"] = "raw";
        fields["container_format"] = "bare";
        json::object properties{{"os_distro", "debian"}, {"os_version", "12"}};
        if (!preinstalled.empty()) properties.emplace("preinstalled", preinstalled);
        fields["_properties"] = std::move(properties);
        id = text(fields, "id");
        transaction.put(Kind::image, id, std::move(fields));
        transaction.commit();
    }
    const std::filesystem::path copy = cloud.directory / "spool" / ("image-" + id);
    if (built) {
        std::filesystem::copy_file(built->file, copy);
    } else {
        state::write_file(copy, "The fake driver boots anything, even this: " + name + "\n");
    }
    api::image::take_data(cloud, id, copy);
}

/// Glance of a new cloud has one image.
void preload_image(api::Cloud& cloud, const std::optional<image::Image>& built) {
    if (cloud.store.read().find(Kind::setting, "images") != nullptr) return;
    offer_image(cloud, built ? built->name : "debian-12", {}, built);
    auto transaction = cloud.store.write();
    transaction.put(Kind::setting, "images", {{"preloaded", true}});
    transaction.commit();
}

/// The image with services, once somebody has it built; a fake one for those who ask for it.
void preload_services_image(api::Cloud& cloud, const std::optional<image::Image>& built, bool fake) {
    if (!built && !fake) return;
    const std::string name = built ? built->name : "debian-12-services";
    const bool there = [&] {
        const auto view = cloud.store.read();
        return !view.select(Kind::image,
                            [&](const Document& image) {
                                return text(image, "name") == name && text(image, "visibility") == "public";
                            })
                    .empty();
    }();
    if (!there) offer_image(cloud, name, image::preinstalled(image::Variant::services), built);
}

common::httpd::Server listen(const Identity& identity, const std::filesystem::path& spool,
                             common::httpd::Handler handler) {
    try {
        return common::httpd::Server{{.address = identity.endpoint_address,
                                      .port = identity.port,
                                      .handler_threads = handler_threads,
                                      .body_limit = largest_body,
                                      .spool_directory = spool},
                                     std::move(handler)};
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::address_in_use) throw;
        throw std::runtime_error{
            fmt::format("another program listens on {}:{}; end it, or give this cloud another port with "
                        "`localcloud up --port {}`",
                        identity.endpoint_address, identity.port, identity.port + 1)};
    }
}

/// On the endpoint's address, at port 53, or at port + 8000 where that is not ours: the rule for floating IPs.
std::unique_ptr<dns_server::Server> make_dns_server(const host::Host& host, const std::string& address) {
    const auto process = host.options().state / "host" / "processes" / "dns";
    const auto folder = host.mounts() / "dns";
    const std::filesystem::path port_file = folder / "port";
    std::uint16_t port = dns_server::usual_port;
    std::ifstream recorded{port_file};
    // One that serves already stays where it is.
    if (!(recorded >> port)) {
        port = dns_server::usual_port;
        if (port < host.first_open_port() || !dns_server::is_free(address, port))
            port = dns_server::usual_port + unprivileged_port_offset;
        std::filesystem::create_directories(folder);
        std::ofstream{port_file} << port << '\n';
    }
    state::write_file(dns_file(host.options().state), fmt::format("{}:{}\n", address, port));
    return dns_server::make_knot({.folder = folder,
                                  .process = process,
                                  .address = address,
                                  .port = port,
                                  .drop_privileges = host.is_root()});
}

/// Ends the server before what its handlers use goes, however that comes about.
struct StopFirst {
    explicit StopFirst(common::httpd::Server& running) : server(running) {}
    ~StopFirst() { server.stop(); }
    StopFirst(const StopFirst&) = delete;
    StopFirst& operator=(const StopFirst&) = delete;

    common::httpd::Server& server;
};

/// Spooled bodies of requests that a killed process did not finish.
void clean_spool(const std::filesystem::path& state) {
    std::filesystem::create_directories(state / "spool");
    for (const auto& entry : std::filesystem::directory_iterator{state / "spool"}) {
        std::error_code ignored;
        std::filesystem::remove_all(entry.path(), ignored);
    }
}

}  // namespace

std::string recorded_driver(const std::filesystem::path& state) {
    if (!std::filesystem::exists(database_file(state))) return {};
    const auto stored = state::Store::read_one(database_file(state), Kind::setting, "cloud");
    return stored ? text(*stored, "driver") : std::string{};
}

void prepare_containers(const CloudOptions& options) {
    host::check();
    const auto report = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
    (void)image::ensure(host::default_cache(), report);
    if (options.services_image) (void)image::ensure(host::default_cache(), report, image::Variant::services);
}

void serve(const CloudOptions& options, const std::filesystem::path& state) {
    const bool containers = options.driver != "fake";
    // Joining the namespaces comes first: it needs a process without threads.
    std::shared_ptr<host::Host> host;
    std::optional<image::Image> built;
    std::optional<image::Image> services;
    if (containers) {
        const auto report = [](const std::string& line) { spdlog::info("{}", line); };
        built = image::ensure(host::default_cache(), report);
        services = options.services_image
                       ? image::ensure(host::default_cache(), report, image::Variant::services)
                       : image::find(host::default_cache(), image::Variant::services);
        host = host::enter(host_options(state));
    }
    watch_signals();
    clean_spool(state);
    std::filesystem::create_directories(state / "images");
    std::filesystem::create_directories(state / "objects");
    state::Store store{database_file(state)};
    const Identity identity = load_identity(store, options);

    // Clients, and adopted instances that want metadata, ask while what answers them is still being made.
    std::atomic<api::Front*> answering_front = nullptr;
    std::atomic<compute::ContainerDriver*> answering_driver = nullptr;
    const common::httpd::Handler metadata = compute::metadata_handler(
        [&](const std::string& id) -> std::optional<std::map<std::string, std::string>> {
            auto* const ready = answering_driver.load();
            return ready != nullptr ? ready->metadata(id) : std::nullopt;
        });
    common::httpd::Server server =
        listen(identity, state / "spool", [&](const api::Request& request) -> api::Response {
            const auto listener = request.params.find("listener");
            if (listener != request.params.end() && compute::instance_of_tag(listener->second, "metadata")) {
                return metadata(request);
            }
            auto* const ready = answering_front.load();
            if (ready == nullptr) return {.status = 503, .headers = {{"Retry-After", "1"}}};
            return (*ready)(request);
        });

    std::unique_ptr<fabric::ContainerFabric> container_fabric;
    std::unique_ptr<compute::ContainerDriver> container_driver;
    std::unique_ptr<compute::FakeDriver> fake_driver;
    compute::FakeFabric fake_fabric;
    if (containers) {
        container_fabric = fabric::make_fabric(
            host,
            {.endpoint_address = identity.endpoint_address,
             .endpoint_port = identity.port,
             .listeners = {
                 .add = [&](int fd, std::string tag) { return server.add_listener(fd, std::move(tag)); },
                 .remove = [&](std::uint64_t id) { server.remove_listener(id); }}});
        container_driver = compute::make_container_driver(host, *container_fabric);
        answering_driver = container_driver.get();
    } else {
        fake_driver = std::make_unique<compute::FakeDriver>(state / "instances");
    }
    compute::Driver& driver = containers ? static_cast<compute::Driver&>(*container_driver) : *fake_driver;
    fabric::Fabric& fabric = containers ? static_cast<fabric::Fabric&>(*container_fabric) : fake_fabric;
    std::unique_ptr<balancer::Balancers> balancers;
    std::unique_ptr<dns_server::Server> dns_server;
    if (containers) {
        balancers = balancer::make_haproxy_balancers(host, *container_fabric);
        dns_server = make_dns_server(*host, identity.endpoint_address);
    }
    api::Cloud cloud{.name = identity.name,
                     .endpoint = fmt::format("http://{}:{}", identity.endpoint_address, identity.port),
                     .floating_range = identity.floating_range,
                     .directory = state,
                     .store = store,
                     .driver = driver,
                     .fabric = fabric,
                     .boot_delay = std::chrono::seconds{options.boot_delay},
                     .balancers = balancers.get(),
                     .dns_server = dns_server.get(),
                     .pending_delay = std::chrono::milliseconds{options.pending_delay}};
    const bool low_ports_closed = containers && host->first_open_port() > 0;
    ensure_credentials(cloud, state,
                       low_ports_closed ? std::optional<int>{unprivileged_port_offset} : std::nullopt);
    api::compute::preload(cloud);
    api::network::preload(cloud);
    preload_image(cloud, built);
    preload_services_image(cloud, services, !containers && options.services_image);
    api::Front front{cloud};
    api::control::Control control{
        api::control::ensure_secret(state),
        [&front](const api::Request& request, int status, const api::Headers& headers) {
            return front.failure(request, status, headers);
        }};
    front.add_filter([&control](const api::Request& request, const api::Front::Next& next) {
        return control(request, next);
    });
    const StopFirst stop_first{server};
    front.resume();
    answering_front = &front;
    write_running(state, {.pid = ::getpid(), .endpoint = cloud.endpoint, .driver = identity.driver});
    spdlog::info("the cloud {} answers at {} (driver {})", cloud.name, cloud.endpoint, identity.driver);
    wait_for_end(state);
    spdlog::info("ending; instances live on, unless the state folder is gone");
    remove_running(state);
    control.close();
    server.stop();
    front.stop();
}

void end_instances(const std::filesystem::path& state) {
    const std::string driver = recorded_driver(state);
    if (driver.empty()) return;
    const bool fake = driver == "fake";
    // They end whatever is wrong with the documents, which is known afterwards: nothing else could end them.
    if (!fake) host::end(host_options(state));
    state::Store store{database_file(state)};
    auto transaction = store.write();
    compute::FakeDriver fake_driver{state / (fake ? "instances" : "spool")};
    for (const Document* server : transaction.all(Kind::server)) {
        if (text(*server, "vm_state") != "active") continue;
        const std::string id = text(*server, "id");
        if (fake) fake_driver.stop(id);
        Document& ended = transaction.edit(Kind::server, id);
        ended["vm_state"] = "stopped";
        ended["power_state"] = 4;
        ended["updated"] = state::iso_seconds(state::now());
    }
    transaction.commit();
}

void remove_state(const std::filesystem::path& state) {
    const FolderContents contents = contents_of(state);
    const auto what = contents.foreign.empty() ? std::vector{state} : contents.own;
    if (recorded_driver(state) == "container") {
        host::remove(host_options(state), what);
    } else {
        for (const auto& path : what)
            std::filesystem::remove_all(path);
    }
}

}  // namespace localcloud::cli
