#include "localcloud/compute/fake_driver.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace localcloud::compute {

FakeDriver::FakeDriver(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
}

void FakeDriver::set_state(const std::string& id, const std::string& state) {
    const std::filesystem::path fresh = folder_ / id / "state.new";
    {
        std::ofstream file{fresh, std::ios::trunc};
        file << state << '\n';
        if (!file.flush()) throw std::runtime_error{"cannot write " + fresh.string()};
    }
    std::filesystem::rename(fresh, folder_ / id / "state");
}

void FakeDriver::print(const std::string& id, const std::string& text) {
    std::ofstream{folder_ / id / "console", std::ios::app} << text;
}

void FakeDriver::spawn(const InstanceSpec& spec) {
    std::filesystem::create_directories(folder_ / spec.id);
    print(spec.id, "This is no instance but a fake one: nothing runs in it.\n");
    start(spec);
}

void FakeDriver::start(const InstanceSpec& spec) {
    if (!std::filesystem::exists(folder_ / spec.id)) {
        throw std::runtime_error{"the disk of instance " + spec.id + " is gone"};
    }
    std::string text = "Booting " + spec.hostname + "\n";
    for (const Interface& interface : spec.interfaces) {
        text += "interface " + interface.mac_address + " " + interface.ip_address + "\n";
    }
    print(spec.id, text + "\n" + spec.hostname + " login: \n");
    set_state(spec.id, "running");
}

void FakeDriver::stop(const std::string& id) {
    if (!std::filesystem::exists(folder_ / id)) return;
    print(id, "Power down\n");
    set_state(id, "stopped");
}

void FakeDriver::reboot(const InstanceSpec& spec, bool /*hard*/) {
    stop(spec.id);
    start(spec);
}

void FakeDriver::destroy(const std::string& id) {
    std::filesystem::remove_all(folder_ / id);
}

PowerState FakeDriver::power_state(const std::string& id) {
    std::ifstream file{folder_ / id / "state"};
    std::string state;
    if (!(file >> state)) return PowerState::absent;
    return state == "running" ? PowerState::running : PowerState::stopped;
}

std::string FakeDriver::console_output(const std::string& id, std::optional<int> lines) {
    std::ifstream file{folder_ / id / "console"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!lines) return text;
    std::size_t from = text.size();
    for (int wanted = *lines; wanted >= 0 && from > 0; --wanted) {
        from = text.rfind('\n', from - 1);
        if (from == std::string::npos) return text;
    }
    return text.substr(from + 1);
}

void FakeDriver::on_exit(std::function<void(const std::string& id)> callback) {
    const std::lock_guard lock{mutex_};
    on_exit_ = std::move(callback);
}

void FakeDriver::end(const std::string& id) {
    stop(id);
    const std::lock_guard lock{mutex_};
    if (on_exit_) on_exit_(id);
}

}  // namespace localcloud::compute
