#include "localcloud/image/image.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "common/process/process.hpp"
#include "localcloud/host/files.hpp"
#include "localcloud/host/host.hpp"
#include "localcloud/image/recipe.hpp"
#include "localcloud/image/sha256.hpp"

namespace localcloud::image {
namespace {

constexpr std::chrono::minutes build_timeout{30};
constexpr std::chrono::seconds look_interval{1};
using Report = std::function<void(const std::string& line)>;

std::filesystem::path image_folder(const std::filesystem::path& cache) {
    return cache / "images";
}
std::string name_of(Variant variant) {
    return variant == Variant::debian ? "debian-12" : "debian-12-services";
}
/// Files have their recipe in their names: two versions of this program can share a cache.
std::string file_stem(Variant variant) {
    return name_of(variant) + "-" + recipe_hash(variant).substr(0, 12);
}
std::filesystem::path image_file(const std::filesystem::path& cache, Variant variant) {
    return image_folder(cache) / (file_stem(variant) + ".tar.zst");
}
/// Beside the image: the hash of its recipe and its own.
std::filesystem::path record_file(const std::filesystem::path& cache, Variant variant) {
    return image_folder(cache) / (file_stem(variant) + ".recipe");
}

void write_tree(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    constexpr auto readable =
        fs::perms::owner_write | fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
    constexpr auto executable =
        readable | fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
    for (const auto& file : tree_files()) {
        const auto path = folder / file.path;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << file.content;
        fs::permissions(path, file.executable ? executable : readable);
    }
    fs::permissions(folder, executable);
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_directory()) fs::permissions(entry.path(), executable);
}

/// mmdebstrap's lines that a person can use, as they come.
class LogFollower {
  public:
    LogFollower(std::filesystem::path file, const Report& report) : file_(std::move(file)), report_(report) {}
    void follow() {
        std::ifstream stream(file_);
        stream.seekg(at_);
        for (std::string line; std::getline(stream, line) && !stream.eof();) {
            at_ = stream.tellg();
            // What it runs, where its temporary folders are and the like help nobody who waits.
            if (report_ && line.starts_with("I: ") && line.ends_with("...") &&
                line.find("tempdir") == std::string::npos)
                report_(line.substr(3));
        }
    }
    [[nodiscard]] std::string last_words() const {
        std::ifstream stream(file_);
        std::string last;
        for (std::string line; std::getline(stream, line);)
            if (line.starts_with("E: ") || line.starts_with("W: "))
                last += (last.empty() ? "" : "; ") + line.substr(3);
        return last.empty() ? "see " + file_.string() : last;
    }

  private:
    std::filesystem::path file_;
    const Report& report_;
    std::streamoff at_ = 0;
};

void run_mmdebstrap(std::vector<std::string> options, const std::filesystem::path& target,
                    const std::filesystem::path& work, const Report& report) {
    const bool root = ::geteuid() == 0;
    // Its name is that of the list in the image, so that one built on another replaces it.
    const auto source_list = work / "sources.list";
    host::write_file(source_list, sources());
    // Signed by Debian's keys as ever; where those come from is said only if this host has them elsewhere.
    std::vector<std::string> arguments{"mmdebstrap", root ? "--mode=root" : "--mode=unshare", "--format=tar"};
    for (auto& option : options)
        arguments.push_back(std::move(option));
    for (const std::string& word : {std::string("bookworm"), target.string(), source_list.string()})
        arguments.push_back(word);
    const auto log = work / "mmdebstrap.log";
    common::process::Child child(
        {.command = {.arguments = std::move(arguments), .environment = {{"LC_ALL", "C.UTF-8"}}},
         .output = log});
    LogFollower follower(log, report);
    const auto deadline = std::chrono::steady_clock::now() + build_timeout;
    std::optional<int> status;
    while (!(status = child.wait(look_interval))) {
        follower.follow();
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error(
                "building the image took longer than half an hour; is the Debian mirror reachable?");
    }
    follower.follow();
    if (*status != 0) {
        const auto kept = image_folder(target.parent_path().parent_path()) / "build.log";
        std::error_code ignored;
        std::filesystem::copy_file(log, kept, std::filesystem::copy_options::overwrite_existing, ignored);
        throw std::runtime_error("the Debian image could not be built: " + follower.last_words());
    }
}

std::vector<std::string> options_for(Variant variant, const std::filesystem::path& cache,
                                     const std::filesystem::path& work) {
    if (variant == Variant::debian) {
        write_tree(work / "tree");
        return mmdebstrap_options((work / "tree").string());
    }
    const auto base = work / "base.tar";
    common::process::check(
        {.arguments = {"zstd", "-q", "-d", image_file(cache, Variant::debian).string(), "-o", base.string()},
         .timeout = std::chrono::minutes(5)});
    return services_options(base.string());
}

Image build_locked(const std::filesystem::path& cache, const Report& report, Variant variant) {
    for (const char* program : {"mmdebstrap", "zstd"})
        if (!common::process::find_program(program))
            throw std::runtime_error(std::string("the program ") + program +
                                     ", which makes the Debian image, is missing; run: sudo apt-get install "
                                     "--no-install-recommends mmdebstrap zstd");
    if (::geteuid() != 0)
        host::check();  // says which command gives a user the uid ranges that mmdebstrap needs
    if (variant == Variant::services && !find(cache)) (void)build_locked(cache, report, Variant::debian);
    if (report)
        report("building the image " + name_of(variant) +
               (variant == Variant::debian ? " (about a minute, 230 MB)" : " (about a minute, 360 MB more)"));
    const common::process::TemporaryDirectory work("localcloud-image");
    // mmdebstrap's helpers run as other uids and have to reach the files that the image gets.
    std::filesystem::permissions(work.path(), static_cast<std::filesystem::perms>(0755));
    const auto tar = image_folder(cache) / "building.tar";
    const auto draft = image_folder(cache) / "building.tar.zst";
    run_mmdebstrap(options_for(variant, cache, work.path()), tar, work.path(), report);
    if (report) report("compressing");
    common::process::check(
        {.arguments = {"zstd", "-q", "-f", "-3", "-T0", "--rm", tar.string(), "-o", draft.string()},
         .timeout = std::chrono::minutes(5)});
    Image image{.name = name_of(variant),
                .file = image_file(cache, variant),
                .sha256 = sha256_of_file(draft),
                .size = std::filesystem::file_size(draft)};
    std::filesystem::remove(record_file(cache, variant));
    std::filesystem::rename(draft, image.file);
    host::write_file(record_file(cache, variant), recipe_hash(variant) + "\n" + image.sha256 + "\n");
    if (report)
        report("the image is " + image.file.string() + ", " + std::to_string(image.size >> 20) + " MiB");
    return image;
}

host::Descriptor lock(const std::filesystem::path& cache) {
    std::filesystem::create_directories(image_folder(cache));
    return host::lock_file(image_folder(cache) / "lock", build_timeout);
}

}  // namespace

std::optional<Image> find(const std::filesystem::path& cache, Variant variant) {
    std::ifstream record(record_file(cache, variant));
    std::string recipe;
    Image image{.name = name_of(variant), .file = image_file(cache, variant), .sha256 = {}, .size = 0};
    if (!(record >> recipe >> image.sha256) || recipe != recipe_hash(variant)) return std::nullopt;
    std::error_code missing;
    image.size = std::filesystem::file_size(image.file, missing);
    if (missing) return std::nullopt;
    return image;
}

Image ensure(const std::filesystem::path& cache, const Report& report, Variant variant) {
    if (auto image = find(cache, variant)) return *image;
    const auto locked = lock(cache);
    if (auto image = find(cache, variant)) return *image;  // somebody else has built it while we waited
    return build_locked(cache, report, variant);
}

Image build(const std::filesystem::path& cache, const Report& report, Variant variant) {
    const auto locked = lock(cache);
    return build_locked(cache, report, variant);
}

std::uint64_t prune(const std::filesystem::path& cache) {
    const auto locked = lock(cache);
    std::uint64_t freed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(image_folder(cache))) {
        const std::string name = entry.path().filename();
        const bool is_ours =
            name.starts_with("debian-12") && (name.ends_with(".tar.zst") || name.ends_with(".recipe"));
        const bool current = name.starts_with(file_stem(Variant::debian) + ".") ||
                             name.starts_with(file_stem(Variant::services) + ".");
        if (!is_ours || current || !entry.is_regular_file()) continue;
        freed += entry.file_size();
        std::filesystem::remove(entry.path());
    }
    return freed;
}

}  // namespace localcloud::image
