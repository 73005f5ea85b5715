#include "localcloud/dns_server/knot.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include "common/process/process.hpp"
#include "localcloud/dns_server/query.hpp"
#include "localcloud/host/descriptor.hpp"
#include "localcloud/host/process_identity.hpp"

namespace localcloud::dns_server {

namespace {

using namespace std::chrono_literals;
constexpr auto patience = 10s;
constexpr auto poll_interval = 10ms;
constexpr uid_t nobody = 65534;

void write_text(const std::filesystem::path& file, const std::string& text) {
    const std::filesystem::path fresh = file.string() + ".new";
    {
        std::ofstream out{fresh, std::ios::trunc | std::ios::binary};
        out << text;
        if (!out.flush()) throw std::runtime_error("cannot write " + fresh.string());
    }
    std::filesystem::rename(fresh, file);
}

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

class Knot : public Server {
  public:
    explicit Knot(Options options) : options_(std::move(options)) {
        std::filesystem::create_directories(options_.folder / "zones");
        std::filesystem::create_directories(options_.process.parent_path());
        if (options_.drop_privileges && ::chown(options_.folder.c_str(), nobody, nobody) != 0)
            throw std::runtime_error("cannot give " + options_.folder.string() + " to the DNS server's user");
    }

    void publish(const std::vector<Zone>& zones) override {
        std::map<std::string, std::string> wanted;  // file name: text
        std::map<std::string, std::int64_t> serials;
        for (const Zone& zone : zones) {
            wanted[zone.id + ".zone"] = zone_file(zone);
            serials[zone.name] = zone.serial;
        }
        bool changed = false;
        for (const auto& [name, text] : wanted) {
            const auto file = options_.folder / "zones" / name;
            if (read_text(file) == text) continue;
            write_text(file, text);
            changed = true;
        }
        const std::string config = configuration(zones);
        if (read_text(config_file()) != config) {
            write_text(config_file(), config);
            changed = true;
        }
        const auto process = host::ProcessIdentity::read(options_.process);
        const bool alive = process && process->alive();
        if (!alive && zones.empty()) return;  // nothing to serve
        if (!alive) {
            start();
        } else if (changed) {
            process->kill(SIGHUP);
        }
        wait_until_served(serials);
        remove_others(wanted);
    }

  private:
    [[nodiscard]] std::filesystem::path config_file() const { return options_.folder / "knot.conf"; }

    [[nodiscard]] std::string configuration(const std::vector<Zone>& zones) const {
        std::string text = fmt::format(
            "server:\n"
            "    listen: \"{}@{}\"\n"
            "    rundir: \"{}\"\n"
            "    pidfile: \"{}/pid\"\n"
            "    udp-workers: 1\n"
            "    tcp-workers: 1\n"
            "    background-workers: 1\n"
            "    identity: \"\"\n"
            "    version: \"\"\n"
            "control:\n"
            "    listen: \"control\"\n"
            "database:\n"
            "    storage: \"{}\"\n"
            "    journal-db-max-size: 16M\n"
            "    timer-db-max-size: 16M\n"
            "log:\n"
            "  - target: stderr\n"
            "    any: warning\n"
            "template:\n"
            "  - id: default\n"
            "    storage: \"{}/zones\"\n"
            "    zonefile-sync: -1\n"
            "    zonefile-load: whole\n"
            "    journal-content: none\n",
            options_.address, options_.port, options_.folder.string(), options_.folder.string(),
            options_.folder.string(), options_.folder.string());
        if (options_.drop_privileges) text.insert(text.find("    udp-workers"), "    user: nobody:nogroup\n");
        if (!zones.empty()) text += "zone:\n";
        for (const Zone& zone : zones)
            text += fmt::format("  - domain: \"{}\"\n    file: \"{}.zone\"\n", zone.name, zone.id);
        return text;
    }

    void start() {
        const auto program = common::process::find_program("knotd");
        if (!program)
            throw std::runtime_error("Knot DNS is not there, which serves the zones: apt-get install knot");
        if (child_) (void)child_->poll();
        // Knot takes a dead process that nobody has collected yet for a living one.
        std::filesystem::remove(options_.folder / "pid");
        common::process::Child::Options options;
        options.command.arguments = {program->string(), "-c", config_file().string()};
        options.output = options_.folder / "log";
        options.detached = true;
        child_.emplace(options);
        const auto identity = host::ProcessIdentity::of(child_->pid());
        if (!identity)
            throw std::runtime_error("Knot DNS ended at once; its words are in " + options.output.string());
        identity->write(options_.process);
    }

    void wait_until_served(const std::map<std::string, std::int64_t>& serials) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        for (auto [zone, at] = std::pair{serials.begin(), serials.end()}; zone != at; ++zone) {
            while (true) {
                const auto answer = ask_serial(options_.address, options_.port, zone->first);
                if (answer && answer->served && answer->serial == static_cast<std::uint32_t>(zone->second))
                    break;
                wait_or_throw(deadline, zone->first);
            }
        }
        // Zones that are gone are answered for no longer.
        for (const std::string& name : served_) {
            if (serials.contains(name)) continue;
            while (true) {
                const auto answer = ask_serial(options_.address, options_.port, name);
                if (answer && !answer->served) break;
                wait_or_throw(deadline, name);
            }
        }
        served_.clear();
        for (const auto& [name, serial] : serials)
            served_.push_back(name);
    }

    void wait_or_throw(std::chrono::steady_clock::time_point deadline, const std::string& zone) {
        const auto process = host::ProcessIdentity::read(options_.process);
        if (child_) (void)child_->poll();
        if (!process || !process->alive() || std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("Knot DNS does not serve " + zone + "; its last words: " + last_words());
        std::this_thread::sleep_for(poll_interval);
    }

    [[nodiscard]] std::string last_words() const {
        std::string text = read_text(options_.folder / "log");
        while (text.ends_with('\n'))
            text.pop_back();
        constexpr std::size_t most = 500;
        return text.empty() ? "none" : text.substr(text.size() > most ? text.size() - most : 0);
    }

    void remove_others(const std::map<std::string, std::string>& wanted) const {
        for (const auto& entry : std::filesystem::directory_iterator(options_.folder / "zones")) {
            if (!wanted.contains(entry.path().filename())) std::filesystem::remove(entry.path());
        }
    }

    Options options_;
    std::optional<common::process::Child> child_;
    std::vector<std::string> served_;
};

}  // namespace

std::unique_ptr<Server> make_knot(Options options) {
    return std::make_unique<Knot>(std::move(options));
}

bool is_free(const std::string& address, std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) return false;
    return std::ranges::all_of(std::initializer_list<int>{SOCK_DGRAM, SOCK_STREAM}, [&](int type) {
        const host::Descriptor socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
        const int yes = 1;
        if (type == SOCK_STREAM) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        return socket && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
    });
}

}  // namespace localcloud::dns_server
