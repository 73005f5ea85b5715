#include "localcloud/cli/images.hpp"

#include <iostream>

#include "common/process/process.hpp"
#include "localcloud/compute/root_tree.hpp"
#include "localcloud/host/host.hpp"
#include "localcloud/image/image.hpp"

namespace localcloud::cli {

using image::Variant;

int build_image(bool services, bool if_absent) {
    const auto make = if_absent ? image::ensure : image::build;
    const auto built = make(
        host::default_cache(), [](const std::string& line) { std::cerr << line << '\n'; },
        services ? Variant::services : Variant::debian);
    std::cout << built.file.string() << '\n';
    return 0;
}

int prune_images() {
    const auto cache = host::default_cache();
    const std::uint64_t freed = image::prune(cache);
    std::vector<std::string> current;
    for (const Variant variant : {Variant::debian, Variant::services}) {
        if (const auto image = image::find(cache, variant)) current.push_back(image->sha256);
    }
    const auto trees = compute::put_unused_trees_aside(cache, current);
    // Their files belong to uids of instances, which are a holder's to remove.
    const common::process::TemporaryDirectory state("localcloud-prune");
    host::remove({.state = state.path(), .cache = cache}, trees);
    std::cout << "Removed " << (freed >> 20) << " MiB of images and " << trees.size()
              << " unpacked trees; what current images and instances need stays.\n";
    return 0;
}

}  // namespace localcloud::cli
