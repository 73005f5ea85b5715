#include "localcloud/compute/container_cloud.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <thread>

namespace localcloud::testing {
namespace {

constexpr const char* network_id = "11111111-0000-4000-8000-000000000000";
constexpr const char* subnet_id = "22222222-0000-4000-8000-000000000000";

int clouds = 0;  // made by this process, for addresses of their own

/// Of this test program, not of its children: tests run side by side, and control groups are named after instances.
const int program = ::getpid();

std::string numbered(const char* prefix, int number) {
    return std::string(prefix) + (number < 10 ? "0" : "") + std::to_string(number) + "-0000-4000-8000-" +
           std::to_string(100'000'000'000 + program);
}

common::httpd::Response answer(const common::httpd::Request& request,
                               const common::httpd::Handler& metadata) {
    const auto& tag = request.param("listener");
    if (compute::instance_of_tag(tag, "metadata")) return metadata(request);
    return {.status = 200, .headers = {}, .body = "endpoint for " + tag};
}

}  // namespace

Server::Server(const host::Options& options) : host(host::enter(options)) {
    const auto metadata = compute::metadata_handler(
        [this](const std::string& id) -> std::optional<std::map<std::string, std::string>> {
            auto* const ready = answering_.load();
            return ready != nullptr ? ready->metadata(id) : std::nullopt;
        });
    httpd = std::make_unique<common::httpd::Server>(
        common::httpd::ServerOptions{},
        [metadata](const auto& request) { return answer(request, metadata); });
    fabric = fabric::make_fabric(
        host, {.endpoint_address = "127.9.9.9",
               .endpoint_port = 5000,
               .listeners = {
                   .add = [this](int fd, std::string tag) { return httpd->add_listener(fd, std::move(tag)); },
                   .remove = [this](std::uint64_t id) { httpd->remove_listener(id); }}});
    driver = compute::make_container_driver(host, *fabric);
    answering_ = driver.get();
}

Cloud::Cloud(image::Variant variant) : number_(::getpid() + 250 * clouds++) {
    (void)host_port(80);  // learns who we are before anything joins a user namespace
    options_ = {.state = folder_.path() / "state", .cache = host::default_cache()};
    image_ =
        image::ensure(options_.cache, [](const std::string& line) { std::cerr << line << '\n'; }, variant);
}

Cloud::~Cloud() {
    host::end(options_);
    host::remove(options_, {options_.state});
}

std::string Cloud::instance(int number) {
    return numbered("aaaaaa", number);
}
std::string Cloud::fixed_ip(int number) {
    return "10.0.0." + std::to_string(10 + number);
}
std::string Cloud::floating_ip(int number) const {
    return "127." + std::to_string(100 + number_ / 250 % 100) + "." + std::to_string(1 + number_ % 250) +
           "." + std::to_string(number);
}

compute::InstanceSpec Cloud::spec(int number, const std::string& user_data) const {
    return {.id = instance(number),
            .hostname = "web" + std::to_string(number),
            .image_id = "debian",
            .image_file = image_.file,
            .image_checksum = image_.sha256,
            .vcpus = 1,
            .memory_mib = 512,
            .disk_gib = 0,
            .interfaces = {{.port_id = numbered("bbbbbb", number),
                            .network_id = network_id,
                            .mac_address = "fa:16:3e:00:00:" + std::to_string(10 + number),
                            .ip_address = fixed_ip(number),
                            .prefix_length = 24,
                            .gateway = "10.0.0.1",
                            .mtu = 1450}},
            .metadata = {{"openstack/latest/meta_data.json", R"({"uuid":")" + instance(number) +
                                                                 R"(","name":"web","hostname":"web)" +
                                                                 std::to_string(number) + R"("})"},
                         {"openstack/latest/user_data", user_data},
                         {"ec2/latest/meta-data/local-ipv4", fixed_ip(number)}}};
}

fabric::Topology Cloud::topology(int count,
                                 std::map<std::string, std::vector<fabric::SecurityRule>> ingress) const {
    fabric::Topology topology;
    topology.networks = {{.id = network_id,
                          .mtu = 1450,
                          .subnets = {{.id = subnet_id,
                                       .cidr = "10.0.0.0/24",
                                       .gateway = "10.0.0.1",
                                       .service_address = "10.0.0.2",
                                       .routed = true}}}};
    topology.routers = {{.id = "33333333-0000-4000-8000-000000000000", .subnet_ids = {subnet_id}}};
    topology.security_groups = std::move(ingress);
    topology.security_groups["default"].push_back({.ingress = false});
    for (int number = 1; number <= count; ++number) {
        topology.ports.push_back({.id = numbered("bbbbbb", number),
                                  .instance_id = instance(number),
                                  .network_id = network_id,
                                  .ip_addresses = {fixed_ip(number)},
                                  .security_group_ids = {"default", "group-" + std::to_string(number)}});
        topology.floating_ips.push_back({.address = floating_ip(number),
                                         .port_id = numbered("bbbbbb", number),
                                         .fixed_address = fixed_ip(number)});
    }
    return topology;
}

ServerProcess::ServerProcess(const Cloud& cloud, const std::function<void(Server&)>& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(ends[0]);
        char verdict = 'f';
        try {
            Server server(cloud.options());
            work(server);
            verdict = ::testing::Test::HasFailure() ? 'f' : 'g';
            std::cout.flush();
            (void)!::write(ends[1], &verdict, 1);
            for (;;)
                ::pause();
        } catch (const std::exception& error) {
            std::cerr << "the server failed: " << error.what() << "\n";
            (void)!::write(ends[1], &verdict, 1);
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    pollfd event{.fd = ends[0], .events = POLLIN, .revents = 0};
    char verdict = 'f';
    if (::poll(&event, 1, 120'000) > 0) (void)!::read(ends[0], &verdict, 1);
    ::close(ends[0]);
    EXPECT_EQ(verdict, 'g') << "see what the server said above";
}

void ServerProcess::kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::string eventually(const std::function<std::string()>& ask,
                       const std::function<bool(const std::string&)>& good, std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        auto answer = ask();
        if (good(answer) || std::chrono::steady_clock::now() > deadline) return answer;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

/// As localcloud decides it: a user, and root beside an SSH daemon or a web server of the host's, cannot have low ports.
bool low_ports_are_open() {
    const auto is_free = [](std::uint16_t port) {
        const host::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int on = 1;
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(0x7ffffffc)}};
        return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    };
    return ::geteuid() == 0 && is_free(22) && is_free(80);
}

std::string host_port(int port) {
    static const bool open = low_ports_are_open();
    return ":" + std::to_string(open ? port : port + 8000);
}

fabric::SecurityRule tcp(int port) {
    return {.ingress = true, .protocol = "tcp", .port_min = port, .port_max = port};
}

std::string url(const std::string& address, const std::string& path) {
    return "http://" + address + host_port(80) + path;
}

bool is_page(const std::string& text) {
    return !text.starts_with("status ");
}

std::string serving(const std::string& script) {
    return "#!/bin/sh\nmkdir -p /pages\ncd /pages\n" + script +
           "\ntouch /pages/done\nnohup python3 -m http.server 80 >/dev/null 2>&1 &\n";
}

std::string curl(const std::string& url, std::vector<std::string> more) {
    std::vector<std::string> arguments{"curl", "--silent", "--fail", "--max-time", "5", "--noproxy", "*"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(url);
    const auto result = common::process::run({.arguments = std::move(arguments)});
    return result.ok() ? result.output : "status " + std::to_string(result.exit_status);
}

}  // namespace localcloud::testing

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "hold")
        return localcloud::host::holder_main({argv + 2, argv + argc});
    ::testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
