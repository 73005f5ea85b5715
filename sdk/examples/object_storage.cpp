// Keeps a text in object storage, makes a URL that anybody may open for an hour, and cleans up.
#include <iostream>
#include <openstack/openstack.hpp>

namespace os = openstack;

int main() try {
    const auto store = os::connect().object_store();
    store.create_container("letters");
    store.upload_object("letters", "hello.txt", "hello, world\n", {.content_type = "text/plain"});
    (void)store.ensure_account_temp_url_key();  // the key that signs the URL below

    std::cout << store.download_object("letters", "hello.txt");
    std::cout << store.generate_temp_url(
                     {.container = "letters", .object = "hello.txt", .valid_for = std::chrono::hours(1)})
              << "\n";

    store.delete_object("letters", "hello.txt");
    store.delete_container("letters");
} catch (const os::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
