#include "localcloud/api/load_balancer/provisioning.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "localcloud/api/load_balancer/resource.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/ports.hpp"
#include "localcloud/api/network/topology.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::load_balancer {

namespace {

constexpr std::size_t worker_threads = 4;
constexpr std::chrono::milliseconds look_interval{500};
constexpr std::array children{Kind::listener, Kind::pool, Kind::member, Kind::health_monitor};

std::vector<std::string> ids_of(const state::View& view, Kind kind, const std::string& load_balancer_id) {
    std::vector<std::string> ids;
    for (const Document* document : of_load_balancer(view, kind, load_balancer_id))
        ids.push_back(text(*document, "id"));
    return ids;
}

/// A port of ours goes; a client's own is free again.
void release_port(Transaction& transaction, const Document& load_balancer) {
    const std::string port_id = text(load_balancer, "vip_port_id");
    if (transaction.find(Kind::port, port_id) == nullptr) return;
    if (boolean(load_balancer, "_own_port")) {
        network::delete_port(transaction, port_id);
        return;
    }
    Document& port = transaction.edit(Kind::port, port_id);
    port["device_id"] = "";
    port["device_owner"] = "";
    port["status"] = "DOWN";
    network::touch(port);
}

}  // namespace

void touch(Document& document) {
    document["updated_at"] = moment();
}

void mark_changed(Document& document) {
    document["provisioning_status"] = "PENDING_UPDATE";
    touch(document);
}

void begin_change(Transaction& transaction, const std::string& load_balancer_id) {
    Document& document = transaction.edit(Kind::load_balancer, load_balancer_id);
    const std::string status = text(document, "provisioning_status");
    if (status != "ACTIVE")
        throw ApiError{409,
                       fmt::format("Load Balancer {} is immutable and cannot be updated.", load_balancer_id)};
    mark_changed(document);
}

Provisioning::Provisioning(Cloud& cloud) : cloud_(cloud), workers_(worker_threads) {
    if (cloud_.balancers != nullptr)
        follower_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

Provisioning::~Provisioning() {
    stop();
}

void Provisioning::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    workers_.stop();
    follower_.request_stop();
    if (follower_.joinable()) follower_.join();
}

bool Provisioning::pause() {
    std::unique_lock lock{mutex_};
    return !wake_.wait_for(lock, cloud_.pending_delay, [this] { return stopping_; });
}

void Provisioning::submit(const std::string& load_balancer_id) {
    workers_.submit(load_balancer_id, [this, load_balancer_id] { work(load_balancer_id); });
}

void Provisioning::resume() {
    std::vector<std::string> ids;
    {
        const auto view = cloud_.store.read();
        for (const Document* document : view.all(Kind::load_balancer))
            ids.push_back(text(*document, "id"));
    }
    if (cloud_.balancers != nullptr) {
        try {
            cloud_.balancers->keep_only(ids);
        } catch (const std::exception& error) {
            spdlog::error("load balancers of an earlier time could not be ended: {}", error.what());
        }
    }
    for (const std::string& id : ids)
        submit(id);
}

void Provisioning::work(const std::string& load_balancer_id) {
    std::string status;
    std::optional<balancer::Specification> wanted;
    {
        const auto view = cloud_.store.read();
        const Document* document = view.find(Kind::load_balancer, load_balancer_id);
        if (document == nullptr) return;
        status = text(*document, "provisioning_status");
    }
    if (status.starts_with("PENDING_") && !pause()) return;
    if (status == "PENDING_DELETE") {
        try {
            remove(load_balancer_id);
        } catch (const std::exception& error) {
            spdlog::error("load balancer {}: {}", load_balancer_id, error.what());
            finish(load_balancer_id, true);
        }
        return;
    }
    bool failed = false;
    try {
        if (cloud_.balancers != nullptr) {
            // The bridge first, where the balancer's cable ends.
            if (status == "PENDING_CREATE") network::apply_topology(cloud_);
            {
                const auto view = cloud_.store.read();
                wanted = specification(view, *view.find(Kind::load_balancer, load_balancer_id));
            }
            cloud_.balancers->apply(*wanted);
        }
        // Floating IPs answer at a listener's port from now on, or no longer.
        if (status.starts_with("PENDING_")) network::apply_topology(cloud_);
    } catch (const std::exception& error) {
        spdlog::error("load balancer {}: {}", load_balancer_id, error.what());
        failed = true;
    }
    if (status.starts_with("PENDING_")) finish(load_balancer_id, failed);
}

void Provisioning::finish(const std::string& load_balancer_id, bool failed) {
    auto transaction = cloud_.store.write();
    if (transaction.find(Kind::load_balancer, load_balancer_id) == nullptr) return;
    const auto settle = [&](Kind kind, const std::string& id) {
        Document& document = transaction.edit(kind, id);
        const std::string status = text(document, "provisioning_status");
        if (!status.starts_with("PENDING_")) return;
        document["provisioning_status"] = failed ? "ERROR" : "ACTIVE";
        if (failed) document["operating_status"] = "ERROR";
        touch(document);
    };
    for (const Kind kind : children) {
        for (const std::string& id : ids_of(transaction, kind, load_balancer_id)) {
            if (!failed && text(*transaction.find(kind, id), "provisioning_status") == "PENDING_DELETE") {
                transaction.erase(kind, id);
            } else {
                settle(kind, id);
            }
        }
    }
    settle(Kind::load_balancer, load_balancer_id);
    if (!failed) settle_operating_statuses(transaction, load_balancer_id);
    transaction.commit();
}

void Provisioning::remove(const std::string& load_balancer_id) {
    if (cloud_.balancers != nullptr) cloud_.balancers->remove(load_balancer_id);
    {
        auto transaction = cloud_.store.write();
        release_port(transaction, *transaction.find(Kind::load_balancer, load_balancer_id));
        for (const Kind kind : children) {
            for (const std::string& id : ids_of(transaction, kind, load_balancer_id))
                transaction.erase(kind, id);
        }
        transaction.erase(Kind::load_balancer, load_balancer_id);
        transaction.commit();
    }
    network::apply_topology(cloud_);
}

void Provisioning::follow(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock{mutex_};
            if (wake_.wait_for(lock, stop, look_interval, [this] { return stopping_; })) return;
        }
        std::vector<std::string> ids;
        {
            const auto view = cloud_.store.read();
            for (const Document* document : view.all(Kind::load_balancer)) {
                if (text(*document, "provisioning_status") == "ACTIVE") ids.push_back(text(*document, "id"));
            }
        }
        for (const std::string& id : ids) {
            try {
                if (const auto report = cloud_.balancers->report(id)) take_report(id, *report);
            } catch (const std::exception& error) {
                spdlog::debug("load balancer {}: {}", id, error.what());
            }
        }
    }
}

void Provisioning::take_report(const std::string& load_balancer_id, const balancer::Report& report) {
    const auto told = [&](const Document& member) -> std::string {
        const auto found = report.members.find(text(member, "_pool_id") + "/" + text(member, "id"));
        return found == report.members.end() ? text(member, "operating_status") : found->second;
    };
    {
        const auto view = cloud_.store.read();
        const auto all = of_load_balancer(view, Kind::member, load_balancer_id);
        if (std::ranges::all_of(all, [&](const Document* member) {
                return told(*member) == text(*member, "operating_status");
            }))
            return;
    }
    auto transaction = cloud_.store.write();
    for (const std::string& id : ids_of(transaction, Kind::member, load_balancer_id)) {
        const std::string status = told(*transaction.find(Kind::member, id));
        transaction.edit(Kind::member, id)["operating_status"] = status;
    }
    settle_operating_statuses(transaction, load_balancer_id);
    transaction.commit();
}

}  // namespace localcloud::api::load_balancer
