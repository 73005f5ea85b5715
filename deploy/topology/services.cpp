#include "deploy/topology/services.hpp"

#include <fmt/format.h>

#include "deploy/topology/placeholders.hpp"

namespace deploy {

std::vector<Setting> services_passwords() {
    return {{"database_password", secret_for(database_secret)},
            {"messaging_password", secret_for(messaging_secret)}};
}

Setting database_on(std::string_view instance) {
    return {"database_url", fmt::format("mysql://faafo:{}@{}:{}/faafo", secret_for(database_secret),
                                        address_of(instance), database_port)};
}

Setting messaging_on(std::string_view instance) {
    return {"transport_url", fmt::format("amqp://faafo:{}@{}:{}//", secret_for(messaging_secret),
                                         address_of(instance), messaging_port)};
}

}  // namespace deploy
