#include "localcloud/compute/instance_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <stdexcept>

#include "localcloud/host/descriptor.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::compute {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_console = std::size_t{1} << 20;

json::value to_json(const InstanceSpec& spec) {
    json::array interfaces;
    for (const auto& interface : spec.interfaces)
        interfaces.push_back(json::object{{"port_id", interface.port_id},
                                          {"network_id", interface.network_id},
                                          {"mac_address", interface.mac_address},
                                          {"ip_address", interface.ip_address},
                                          {"prefix_length", interface.prefix_length},
                                          {"gateway", interface.gateway},
                                          {"mtu", interface.mtu}});
    json::object metadata;
    // User data may be any bytes, which JSON cannot carry: one number for each.
    for (const auto& [path, content] : spec.metadata) {
        json::array bytes;
        bytes.reserve(content.size());
        for (const char character : content)
            bytes.push_back(static_cast<unsigned char>(character));
        metadata[path] = std::move(bytes);
    }
    return json::object{{"id", spec.id},
                        {"hostname", spec.hostname},
                        {"image_id", spec.image_id},
                        {"image_file", spec.image_file.string()},
                        {"image_checksum", spec.image_checksum},
                        {"vcpus", spec.vcpus},
                        {"memory_mib", spec.memory_mib},
                        {"disk_gib", spec.disk_gib},
                        {"interfaces", std::move(interfaces)},
                        {"metadata", std::move(metadata)}};
}

std::string text(const json::object& object, std::string_view key) {
    return std::string(std::string_view(object.at(key).as_string()));
}

InstanceSpec from_json(const json::object& object) {
    InstanceSpec spec{.id = text(object, "id"),
                      .hostname = text(object, "hostname"),
                      .image_id = text(object, "image_id"),
                      .image_file = text(object, "image_file"),
                      .image_checksum = text(object, "image_checksum"),
                      .vcpus = object.at("vcpus").to_number<int>(),
                      .memory_mib = object.at("memory_mib").to_number<std::uint64_t>(),
                      .disk_gib = object.at("disk_gib").to_number<std::uint64_t>(),
                      .interfaces = {},
                      .metadata = {}};
    for (const auto& value : object.at("interfaces").as_array()) {
        const auto& interface = value.as_object();
        spec.interfaces.push_back({.port_id = text(interface, "port_id"),
                                   .network_id = text(interface, "network_id"),
                                   .mac_address = text(interface, "mac_address"),
                                   .ip_address = text(interface, "ip_address"),
                                   .prefix_length = interface.at("prefix_length").to_number<int>(),
                                   .gateway = text(interface, "gateway"),
                                   .mtu = interface.at("mtu").to_number<int>()});
    }
    for (const auto& [path, bytes] : object.at("metadata").as_object()) {
        auto& content = spec.metadata[std::string(std::string_view(path))];
        for (const auto& byte : bytes.as_array())
            content += static_cast<char>(byte.to_number<unsigned char>());
    }
    return spec;
}

}  // namespace

InstanceFiles InstanceStore::files(const std::string& id) const {
    const bool plain = !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](unsigned char character) {
        return std::isalnum(character) != 0 || character == '-';
    });
    if (!plain) throw std::runtime_error("'" + id + "' cannot be an instance's ID");
    return {.folder = folder_ / id};
}

std::vector<std::string> InstanceStore::ids() const {
    std::vector<std::string> ids;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, none))
        if (entry.is_directory()) ids.push_back(entry.path().filename());
    return ids;
}

void InstanceStore::save(const InstanceSpec& spec) const {
    host::write_file(files(spec.id).spec(), json::serialize(to_json(spec)));
}

std::optional<InstanceSpec> InstanceStore::load(const std::string& id) const {
    const auto file = files(id).spec();
    if (!std::filesystem::exists(file)) return std::nullopt;
    try {
        return from_json(json::parse(host::read_file(file)).as_object());
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

std::string console_tail(const std::filesystem::path& console, std::optional<int> lines) {
    std::ifstream stream(console, std::ios::binary | std::ios::ate);
    if (!stream) return {};
    const auto size = static_cast<std::size_t>(std::max<std::streamoff>(0, stream.tellg()));
    const auto length = std::min(size, longest_console);
    std::string text(length, '\0');
    stream.seekg(static_cast<std::streamoff>(size - length));
    stream.read(text.data(), static_cast<std::streamsize>(length));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (!lines) return text;
    if (*lines <= 0) return {};
    // The newline at the very end finishes the last line and begins none.
    std::size_t begin = text.size();
    for (int found = 0; begin > 0 && found < *lines; ++found) {
        const auto newline = begin < 2 ? std::string::npos : text.rfind('\n', begin - 2);
        begin = newline == std::string::npos ? 0 : newline + 1;
    }
    return text.substr(begin);
}

void trim_console(const std::filesystem::path& console, std::uint64_t limit) {
    const host::Descriptor file(::open(console.c_str(), O_RDWR | O_CLOEXEC));
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) <= limit)
        return;
    // The instance appends to the same file; cutting its beginning off in place needs whole blocks.
    constexpr std::uint64_t block = 64 << 10;
    const auto excess = (static_cast<std::uint64_t>(status.st_size) - limit / 4) / block * block;
    if (::fallocate(file.get(), FALLOC_FL_COLLAPSE_RANGE, 0, static_cast<off_t>(excess)) != 0)
        (void)!::ftruncate(file.get(), 0);
}

}  // namespace localcloud::compute
