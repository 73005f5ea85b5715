#include "localcloud/api/dns/publisher.hpp"

#include <spdlog/spdlog.h>

#include <map>

#include "localcloud/api/dns/records.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::dns {

using state::Kind;

namespace {

/// What was PENDING when publishing began, with its version: what changed meanwhile stays PENDING.
struct Pending {
    Kind kind = Kind::zone;
    std::string id;
    std::int64_t version = 0;
    bool gone = false;
};

std::vector<Pending> pending(const state::View& view) {
    std::vector<Pending> found;
    for (const Kind kind : {Kind::record_set, Kind::zone}) {
        for (const Document* document : view.all(kind)) {
            if (text(*document, "status") != "PENDING" && text(*document, "status") != "ERROR") continue;
            found.push_back({.kind = kind,
                             .id = text(*document, "id"),
                             .version = integer(*document, "version"),
                             .gone = text(*document, "action") == "DELETE"});
        }
    }
    return found;
}

void settle(state::Store::Transaction& transaction, const Pending& item, bool failed) {
    const Document* current = transaction.find(item.kind, item.id);
    if (current == nullptr || integer(*current, "version") != item.version) return;
    if (failed) {
        transaction.edit(item.kind, item.id)["status"] = "ERROR";
        return;
    }
    if (!item.gone) {
        Document& document = transaction.edit(item.kind, item.id);
        document["status"] = "ACTIVE";
        document["action"] = "NONE";
        if (item.kind == Kind::zone) document["updated_at"] = state::iso_whole_microseconds(state::now());
        return;
    }
    if (item.kind == Kind::zone) {
        for (const Document* record_set : transaction.select(Kind::record_set, [&](const Document& document) {
                 return text(document, "zone_id") == item.id;
             }))
            transaction.erase(Kind::record_set, text(Document{*record_set}, "id"));
    }
    transaction.erase(item.kind, item.id);
}

}  // namespace

std::vector<dns_server::Zone> zones_to_serve(const state::View& view) {
    std::vector<dns_server::Zone> zones;
    std::map<std::string, std::size_t> places;
    for (const Document* document : view.all(Kind::zone)) {
        if (text(*document, "action") == "DELETE") continue;
        places[text(*document, "id")] = zones.size();
        zones.push_back({.id = text(*document, "id"),
                         .name = text(*document, "name"),
                         .ttl = integer(*document, "ttl", 3600),
                         .serial = integer(*document, "serial"),
                         .record_sets = {}});
    }
    for (const Document* document : view.all(Kind::record_set)) {
        const auto place = places.find(text(*document, "zone_id"));
        if (place == places.end() || text(*document, "action") == "DELETE") continue;
        dns_server::Zone& zone = zones[place->second];
        dns_server::RecordSet record_set{.name = text(*document, "name"),
                                         .type = text(*document, "type"),
                                         .ttl = integer(*document, "ttl", zone.ttl),
                                         .records = {}};
        for (const std::string& record : texts(*document, "records"))
            record_set.records.push_back(in_zone_file(record_set.type, record));
        if (!record_set.records.empty()) zone.record_sets.push_back(std::move(record_set));
    }
    return zones;
}

Publisher::Publisher(Cloud& cloud)
    : cloud_(cloud), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Publisher::~Publisher() {
    stop();
}

void Publisher::submit() {
    {
        const std::lock_guard lock{mutex_};
        wanted_ = true;
    }
    wake_.notify_all();
}

void Publisher::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Publisher::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock{mutex_};
            if (!wake_.wait(lock, stop, [this] { return wanted_; })) return;
            wanted_ = false;
            // What is asked for meanwhile is served together with it.
            wake_.wait_for(lock, stop, cloud_.pending_delay, [] { return false; });
        }
        if (stop.stop_requested()) return;
        try {
            publish();
        } catch (const std::exception& error) {
            spdlog::error("the zones could not be published: {}", error.what());
        }
    }
}

void Publisher::publish() {
    std::vector<Pending> items;
    std::vector<dns_server::Zone> zones;
    {
        const auto view = cloud_.store.read();
        items = pending(view);
        if (cloud_.dns_server != nullptr) zones = zones_to_serve(view);
    }
    bool failed = false;
    try {
        if (cloud_.dns_server != nullptr) cloud_.dns_server->publish(zones);
    } catch (const std::exception& error) {
        spdlog::error("{}", error.what());
        failed = true;
    }
    if (items.empty()) return;
    auto transaction = cloud_.store.write();
    for (const Pending& item : items)
        settle(transaction, item, failed);
    transaction.commit();
}

}  // namespace localcloud::api::dns
