#include <fmt/format.h>

#include "localcloud/dns_server/dns_server.hpp"

namespace localcloud::dns_server {

std::string zone_file(const Zone& zone) {
    std::string text = fmt::format("$ORIGIN {}\n$TTL {}\n", zone.name, zone.ttl);
    for (const RecordSet& record_set : zone.record_sets) {
        for (const std::string& record : record_set.records)
            text += fmt::format("{} {} IN {} {}\n", record_set.name, record_set.ttl, record_set.type, record);
    }
    return text;
}

}  // namespace localcloud::dns_server
