#include "localcloud/host/uid_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "localcloud/host/files.hpp"

namespace localcloud::host {
namespace {

// Above the ranges that Debian gives to users, systemd-nspawn and container tools, below 2^31.
constexpr std::uint32_t root_first = 0x50000000;
constexpr std::uint32_t root_slots = 4096;
constexpr std::uint32_t highest_advice = 0x40000000;

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<IdRange> ranges_of(const std::filesystem::path& file,
                               const std::function<bool(const std::string& name)>& wanted) {
    std::vector<IdRange> ranges;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        const auto first_colon = line.find(':');
        const auto second_colon = line.find(':', first_colon + 1);
        if (first_colon == std::string::npos || second_colon == std::string::npos) continue;
        if (!wanted(line.substr(0, first_colon))) continue;
        const std::string_view rest = line;
        const auto first = number(rest.substr(first_colon + 1, second_colon - first_colon - 1));
        const auto count = number(rest.substr(second_colon + 1));
        if (first && count && *count > 0) ranges.push_back({.first = *first, .count = *count});
    }
    return ranges;
}

std::vector<std::uint32_t> outside_of_slots(const std::vector<IdMapping>& map) {
    std::vector<std::uint32_t> first;
    for (const auto& line : map)
        if (line.inside != 0)
            for (std::uint32_t at = 0; at < line.count; at += UidRange::size)
                first.push_back(line.outside + at);
    return first;
}

}  // namespace

std::vector<IdRange> subordinate_ids(const std::filesystem::path& file, const std::string& user, uid_t uid) {
    return ranges_of(file,
                     [&](const std::string& name) { return name == user || name == std::to_string(uid); });
}

std::uint32_t first_free_id(const std::vector<std::filesystem::path>& files) {
    std::uint64_t first = 1'000'000;
    for (const auto& file : files)
        for (const auto& range : ranges_of(file, [](const std::string& /*name*/) { return true; }))
            // What lies that high is no neighbour, and the kernel's ids end soon after.
            if (range.first < highest_advice)
                first = std::max(first, std::uint64_t{range.first} + std::uint64_t{range.count});
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(first, highest_advice));
}

std::vector<IdMapping> holder_map(std::uint32_t own_id, const std::vector<IdRange>& ranges) {
    std::vector<IdMapping> map{{.inside = 0, .outside = own_id, .count = 1}};
    std::uint32_t inside = UidRange::size;
    for (const auto& range : ranges) {
        const std::uint32_t count = range.count / UidRange::size * UidRange::size;
        if (count == 0) continue;
        map.push_back({.inside = inside, .outside = range.first, .count = count});
        inside += count;
    }
    return map;
}

UidSlots::UidSlots(std::filesystem::path folder, std::uint32_t first_inside,
                   std::vector<std::uint32_t> first_outside)
    : folder_(std::move(folder)), first_inside_(first_inside), first_outside_(std::move(first_outside)) {}

UidSlots UidSlots::for_root() {
    std::vector<std::uint32_t> first(root_slots);
    for (std::uint32_t slot = 0; slot < root_slots; ++slot)
        first[slot] = root_first + slot * UidRange::size;
    return {"/var/lib/localcloud/uid-slots", root_first, std::move(first)};
}

UidSlots UidSlots::for_user(const std::filesystem::path& home, const std::vector<IdMapping>& uids,
                            const std::vector<IdMapping>& gids) {
    auto first = outside_of_slots(uids);
    first.resize(std::min(first.size(), outside_of_slots(gids).size()));
    return {home / ".local/share/localcloud/uid-slots", UidRange::size, std::move(first)};
}

UidRange UidSlots::take(const std::filesystem::path& owner) {
    std::filesystem::create_directories(folder_);
    const Descriptor lock = lock_file(folder_ / "lock", std::chrono::seconds(10));
    const auto file_of = [&](std::size_t slot) { return folder_ / std::to_string(first_outside_[slot]); };
    std::optional<std::size_t> free;
    for (std::size_t slot = 0; slot < first_outside_.size(); ++slot) {
        std::string holder;
        std::ifstream stream(file_of(slot));
        std::getline(stream, holder, '\0');
        if (holder == owner.string()) {
            free = slot;
            break;
        }
        std::error_code ignored;
        if (!free && (holder.empty() || !std::filesystem::exists(holder, ignored))) free = slot;
        // Files are made in order: past the first missing one nothing is taken.
        if (!stream.is_open() && free) break;
    }
    if (!free)
        throw std::runtime_error(
            "all " + std::to_string(first_outside_.size()) +
            " uid ranges for instances are taken; delete an instance, or give this user more of "
            "them in /etc/subuid and /etc/subgid");
    write_file(file_of(*free), owner.string());
    const auto slot = static_cast<std::uint32_t>(*free);
    return {.slot = static_cast<int>(slot), .first = first_inside_ + slot * UidRange::size};
}

}  // namespace localcloud::host
