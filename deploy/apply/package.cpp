#include "deploy/apply/package.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <memory>
#include <openstack/object_store.hpp>
#include <vector>

#include "deploy/plan/observed.hpp"

namespace deploy {
namespace {

/// Long enough for the slowest boot; an instance fetches the package once.
constexpr auto url_lifetime = std::chrono::hours(24);
constexpr std::string_view mark_key = "Deployment";

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
    if (!stream.eof()) throw openstack::Error("the package " + file.string() + " cannot be read");
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int count = 0;
    EVP_DigestFinal_ex(digest.get(), bytes.data(), &count);
    return hexadecimal(bytes.data(), count);
}

PackageSource publish_package(const Context& context, std::stop_token stop) {
    const auto& options = context.options;
    if (!options.package_url.empty()) {
        if (options.package_sha256.empty() && options.package.empty())
            throw openstack::ConfigError(
                "--package-url needs --package-sha256 (sha256sum says it), so that instances can "
                "check what they fetch");
        return {
            .url = options.package_url,
            .sha256 = options.package_sha256.empty() ? sha256_of(options.package) : options.package_sha256};
    }

    const auto package = find_package(options);
    const auto sha256 = sha256_of(package);
    const auto call = context.call(std::move(stop));
    const auto store = context.cloud.object_store();
    const auto container = package_container(context.topology.deployment);
    std::string key;
    try {
        key = container_key(context, container, call);
    } catch (const openstack::EndpointNotFound&) {
        throw openstack::ConfigError(
            "this cloud has no object storage. Put " + package.string() +
            " on a web server that the instances reach and run this again with --package-url URL "
            "--package-sha256 " +
            sha256);
    }
    const auto object = fmt::format("faafo-{}-{}.tar.gz", version_in(package), sha256.substr(0, 16));
    if (!store.find_object_or_null(container, object, call))
        store.upload_object(container, object, openstack::file_body(package.string()),
                            {.content_type = "application/gzip"}, call);
    return {.url = store.generate_temp_url(
                {.container = container, .object = object, .valid_for = url_lifetime, .key = key}, call),
            .sha256 = sha256,
            .version = version_in(package)};
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
