#include "deploy/apply/package.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <functional>
#include <memory>
#include <openstack/object_store.hpp>
#include <vector>

#include "deploy/plan/observed.hpp"

namespace deploy {
namespace {

/// Long enough for the slowest boot; an instance fetches the package once.
constexpr auto url_lifetime = std::chrono::hours(24);
constexpr std::string_view mark_key = "Deployment";
constexpr std::uintmax_t largest_object = std::uintmax_t{5} << 30;
constexpr std::size_t sum_in_name = 16;

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += fmt::format("{:02x}", bytes[i]);
    return text;
}

std::string random_key() {
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1)
        throw openstack::Error("the system has no random numbers to give");
    return hexadecimal(bytes.data(), bytes.size());
}

bool is_package(const std::filesystem::path& file) {
    const auto name = file.filename().string();
    return name.starts_with("faafo-") && name.ends_with(".tar.gz");
}

std::filesystem::path program_folder() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

/// "faafo-0.1.0-amd64.tar.gz" to "0.1.0".
std::string version_in(const std::filesystem::path& package) {
    const auto name = package.filename().string();
    const auto begin = name.find('-') + 1;
    return name.substr(begin, name.find('-', begin) - begin);
}

bool has_mark(const openstack::object_store::Container& container, const std::string& deployment) {
    return std::ranges::any_of(container.metadata, [&](const auto& item) {
        return std::ranges::equal(item.first, mark_key,
                                  [](char a, char b) { return std::tolower(a) == std::tolower(b); }) &&
               item.second == deployment;
    });
}

/// The key that signs URLs of this container; made when it has none.
std::string container_key(const Context& context, const std::string& name,
                          const openstack::CallOptions& call) {
    const auto store = context.cloud.object_store();
    const auto& deployment = context.topology.deployment;
    const auto existing = store.find_container_or_null(name, call);
    if (existing && !has_mark(*existing, deployment))
        throw openstack::Conflict(
            "the container '" + name +
            "' exists and was not made by this deployment; choose another "
            "deployment name with --name, or say where the package is with --package-url");
    if (!existing) store.create_container(name, {.metadata = {{std::string(mark_key), deployment}}}, call);
    if (existing && !existing->temp_url_key.empty()) return existing->temp_url_key;
    auto key = random_key();
    store.update_container(name, {.temp_url_key = key}, call);
    return key;
}

/// Puts files into the deployment's container and says where instances get them.
class Publisher {
  public:
    Publisher(const Context& context, openstack::CallOptions call)
        : context_(context), options_(context.options), call_(std::move(call)) {}

    [[nodiscard]] PackageSource package() const {
        if (!options_.package_url.empty()) {
            if (options_.package_sha256.empty() && options_.package.empty())
                throw openstack::ConfigError(
                    "--package-url needs --package-sha256 (sha256sum says it), so that instances can "
                    "check what they fetch");
            return {.url = options_.package_url,
                    .sha256 = options_.package_sha256.empty() ? sha256_of(options_.package)
                                                              : options_.package_sha256};
        }
        const auto file = find_package(options_);
        const auto version = version_in(file);
        auto [url, sha256] = publish(
            {.path = file,
             .name = [&](const std::string& sum) { return fmt::format("faafo-{}-{}.tar.gz", version, sum); },
             .type = "application/gzip",
             .option = "--package"});
        return {.url = std::move(url), .sha256 = std::move(sha256), .version = version};
    }

    /// Nothing where none are brought along.
    [[nodiscard]] std::optional<Download> services() const {
        const auto& file = options_.services_packages;
        if (context_.topology.services() == nullptr) return std::nullopt;
        if (!options_.services_packages_url.empty())
            return Download{.url = options_.services_packages_url,
                            .sha256 = options_.services_packages_sha256.empty()
                                          ? sha256_of(file)
                                          : options_.services_packages_sha256};
        if (file.empty()) return std::nullopt;
        return publish(
            {.path = file,
             .name = [](const std::string& sum) { return fmt::format("faafo-services-{}.tar", sum); },
             .type = "application/x-tar",
             .option = "--services-packages"});
    }

  private:
    struct File {
        std::filesystem::path path;
        std::function<std::string(const std::string& sum)> name;  ///< of the object, with a part of its sum
        std::string type;
        std::string option;
    };

    /// What has its sum in its name is uploaded once.
    [[nodiscard]] Download publish(const File& file) const {
        const auto sha256 = sha256_of(file.path);
        if (std::filesystem::file_size(file.path) > largest_object)
            throw openstack::ConfigError(
                file.path.string() + " (" + file.option +
                ") is larger than 5 GiB, the most that object storage takes in one piece");
        const auto store = context_.cloud.object_store();
        const auto container = package_container(context_.topology.deployment);
        std::string key;
        try {
            key = container_key(context_, container, call_);
        } catch (const openstack::EndpointNotFound&) {
            throw openstack::ConfigError(fmt::format(
                "this cloud has no object storage. Put {0} on a web server that the instances reach and run "
                "this again with {1}-url URL {1}-sha256 {2}",
                file.path.string(), file.option, sha256));
        }
        const auto object = file.name(sha256.substr(0, sum_in_name));
        if (!store.find_object_or_null(container, object, call_))
            store.upload_object(container, object, openstack::file_body(file.path.string()),
                                {.content_type = file.type}, call_);
        return {.url = store.generate_temp_url(
                    {.container = container, .object = object, .valid_for = url_lifetime, .key = key}, call_),
                .sha256 = sha256};
    }

    const Context& context_;
    const Options& options_;
    const openstack::CallOptions call_;
};

}  // namespace

std::filesystem::path find_package(const Options& options) {
    if (!options.package.empty()) return options.package;
    const auto beside = program_folder();
    const std::vector<std::filesystem::path> places{beside, beside.parent_path(),
                                                    beside.parent_path() / "share" / "faafo"};
    for (const auto& place : places) {
        std::vector<std::filesystem::path> found;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(place, error))
            if (is_package(entry.path())) found.push_back(entry.path());
        if (!found.empty()) return *std::ranges::max_element(found);
    }
    throw openstack::ConfigError("faafo's package (faafo-VERSION-ARCHITECTURE.tar.gz) is neither in " +
                                 places[0].string() + " nor in " + places[1].string() + " nor in " +
                                 places[2].string() +
                                 "; build it with `dev/build`, or name it with --package");
}

std::string sha256_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
    std::vector<char> buffer(1 << 16);
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0)
        EVP_DigestUpdate(digest.get(), buffer.data(), static_cast<std::size_t>(stream.gcount()));
    if (!stream.eof()) throw openstack::Error("the file " + file.string() + " cannot be read");
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int count = 0;
    EVP_DigestFinal_ex(digest.get(), bytes.data(), &count);
    return hexadecimal(bytes.data(), count);
}

PackageSource publish_package(const Context& context, std::stop_token stop) {
    const Publisher publisher(context, context.call(std::move(stop)));
    auto source = publisher.package();
    source.services = publisher.services();
    return source;
}

bool remove_package(const Context& context, std::stop_token stop) {
    const auto call = context.call(std::move(stop));
    const auto name = package_container(context.topology.deployment);
    try {
        const auto store = context.cloud.object_store();
        const auto container = store.find_container_or_null(name, call);
        if (!container || !has_mark(*container, context.topology.deployment)) return false;
        for (const auto& object : store.objects(name, {}, call).to_vector())
            store.delete_object(name, object.name, call);
        return store.delete_container(name, call);
    } catch (const openstack::EndpointNotFound&) {
        return false;
    }
}

}  // namespace deploy
