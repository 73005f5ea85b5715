// Without a cloud to talk to, the SDK has to say so.
#include <openstack/openstack.hpp>

#include <iostream>
#include <map>

int main() {
    openstack::ConnectOptions nowhere;
    nowhere.config.environment = std::map<std::string, std::string>();
    nowhere.config.folders = std::vector<std::string>{"/nonexistent"};
    try {
        const openstack::Connection cloud = openstack::connect(nowhere);
        std::cout << cloud.compute().find_flavor("m1.small").name;
        return 1;
    } catch (const openstack::CloudNotConfigured& error) {
        std::cout << error.what() << '\n';
    }
    nowhere.settings = {
        {"auth_url", "http://127.0.0.1:1/v3"}, {"user_id", "u"}, {"password", "p"}, {"connect_retries", "0"}};
    const openstack::Connection cloud = openstack::connect(nowhere);
    const auto failed = [](const auto& call) {
        try {
            call();
        } catch (const openstack::TransportError&) {
            return true;
        }
        return false;
    };
    const openstack::CallOptions soon = openstack::CallOptions::within(std::chrono::seconds(30));
    const auto [network, image] = openstack::parallel(
        2, [&] { return failed([&] { static_cast<void>(cloud.network().find_network("private", soon)); }); },
        [&] { return failed([&] { static_cast<void>(cloud.image().find_image("debian", soon)); }); });
    return network && image ? 0 : 2;
}
