// One service without linking the others.
#include <openstack/compute.hpp>
#include <openstack/connection.hpp>
#include <openstack/error.hpp>

int main(int argc, char**) {
    if (argc > 100) static_cast<void>(openstack::connect().compute().find_server("web"));
    return 0;
}
