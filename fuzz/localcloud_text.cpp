// The small languages that localcloud reads: JSON, ranges, times, Base64, addresses, SSH keys.
#include "fuzz/target.hpp"
#include "localcloud/api/compute/ssh_keys.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/ranges.hpp"
#include "localcloud/fabric/address.hpp"
#include "localcloud/state/identifiers.hpp"
#include "localcloud/state/json.hpp"

using namespace localcloud;

namespace {

void read_addresses(std::string_view input) {
    if (const auto cidr = api::network::Cidr::parse(input)) {
        fuzz::require(api::network::Cidr::parse(cidr->text())->text() == cidr->text(), "a prefix reads back");
        fuzz::require(cidr->contains(cidr->network) && cidr->overlaps(*cidr), "a prefix contains itself");
    }
    if (const auto prefix = fabric::Prefix::parse(input)) {
        fuzz::require(prefix->contains(prefix->address), "a prefix contains its own address");
        fuzz::require(fabric::Prefix::parse(prefix->text()).has_value(), "a prefix reads back");
    }
    if (const auto address = fabric::parse_address(input)) {
        fuzz::require(fabric::to_string(*address) == input, "an address has one spelling");
    }
    if (fabric::is_mac_address(input)) fuzz::require(input.size() == 17, "a MAC address has 17 characters");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::text(data, size);
    try {
        const auto value = parse_json(input);
        fuzz::require(!python_repr(value).empty(), "every value can be quoted");
        // Not compared: of numbers that long, Boost.JSON's decimals do not keep the last bit.
        fuzz::require(parse_json(boost::json::serialize(value)).kind() == value.kind(),
                      "a document reads back");
    } catch (const std::invalid_argument&) {
    }
    constexpr std::uint64_t length = 1000;
    if (const auto ranges = api::parse_ranges(input, length)) {
        for (const auto& range : *ranges)
            fuzz::require(range.first <= range.last && range.last < length, "a range is within the object");
    }
    static_cast<void>(api::parse_ranges(input, 0));
    state::Time time;
    if (state::parse_iso(input, time)) static_cast<void>(state::iso_microseconds(time));
    std::string bytes;
    static_cast<void>(state::base64_decode(input, bytes));
    if (state::is_uuid(input)) fuzz::require(input.size() == 36, "a UUID has 36 characters");
    static_cast<void>(api::compute::ssh_fingerprint(input));
    read_addresses(input);
    return 0;
}
