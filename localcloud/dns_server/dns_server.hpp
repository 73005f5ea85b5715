// The DNS server that answers for the zones of the cloud. The control plane says what zones there are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace localcloud::dns_server {

/// Names end with a dot. Records are as in a zone file, checked before they come here.
struct RecordSet {
    std::string name;
    std::string type;
    std::int64_t ttl = 0;
    std::vector<std::string> records;
};

struct Zone {
    std::string id;
    std::string name;
    std::int64_t ttl = 3600;
    std::int64_t serial = 0;
    std::vector<RecordSet> record_sets;  ///< with SOA and NS
};

class Server {
  public:
    virtual ~Server() = default;
    /// These zones and no others. When it returns, the server answers so; throws std::runtime_error with a sentence if
    /// it does not within seconds. Again without harm. Calls come one after the other.
    virtual void publish(const std::vector<Zone>& zones) = 0;
};

/// What a zone file of it says.
[[nodiscard]] std::string zone_file(const Zone& zone);

}  // namespace localcloud::dns_server
