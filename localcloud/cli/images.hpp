// What `localcloud image` does: the images and trees in the cache, shared by all clouds of a user.
#pragma once

namespace localcloud::cli {

/// Builds the image, or the one with services, and prints where it is. Returns an exit status, as the next one does.
int build_image(bool services, bool if_absent);
/// Removes images of outdated recipes, and unpacked trees that no instance and no current image needs.
int prune_images();

}  // namespace localcloud::cli
