#include "faafo/worker/sink.hpp"

#include <fmt/format.h>

#include "faafo/api/client.hpp"
#include "faafo/api/encoding.hpp"
#include "faafo/api/fractal_json.hpp"

namespace faafo::worker {
namespace {

class StoreSink : public Sink {
  public:
    explicit StoreSink(store::Store& store) : store_(store) {}

    Delivery deliver(const store::Result& result, std::stop_token) override {
        try {
            store_.complete(result);
            return Delivery::stored;
        } catch (const store::Unavailable& error) {
            throw SinkUnavailable(error.what());
        } catch (const store::NotFound&) {
            return Delivery::pointless;
        } catch (const store::AlreadyDrawn&) {
            return Delivery::pointless;
        } catch (const store::LeaseLost&) {
            return Delivery::pointless;
        } catch (const store::TooLarge& error) {
            throw Refused(error.what());
        }
    }

  private:
    store::Store& store_;
};

class HttpSink : public Sink {
  public:
    explicit HttpSink(const std::string& endpoint_url) : client_(endpoint_url) {}

    Delivery deliver(const store::Result& result, std::stop_token stop) override {
        try {
            const std::string path = "/v1/fractal/" + result.uuid;
            api::Reply reply = client_.request("PUT", path, body_of(result, Members::ours), stop);
            if (reply.status == 400 &&
                api::message_from_json(reply.body).starts_with("Model does not have field")) {
                reply = client_.request("PUT", path, body_of(result, Members::originals), stop);
            }
            return judge(reply);
        } catch (const api::Unreachable& error) {
            throw SinkUnavailable(error.what());
        }
    }

  private:
    /// The original's API knows six members and refuses whatever has others.
    enum class Members { originals, ours };
    static std::string body_of(const store::Result& result, Members members) {
        std::string body =
            fmt::format(R"({{"uuid":{},"checksum":{},"size":{})", api::json_string(result.uuid),
                        api::json_string(result.checksum), result.image.size());
        if (result.duration) body += fmt::format(R"(,"duration":{})", api::json_number(*result.duration));
        if (result.generated_by)
            body += fmt::format(R"(,"generated_by":{})", api::json_string(*result.generated_by));
        const bool ours = members == Members::ours;
        if (ours && result.c) {
            body += fmt::format(R"(,"c_re":{},"c_im":{})", api::json_number(result.c->real()),
                                api::json_number(result.c->imag()));
        }
        if (ours && result.lease) body += fmt::format(R"(,"lease":{})", api::json_string(*result.lease));
        if (ours && !result.thumbnail.empty())
            body.append(R"(,"thumbnail":")").append(api::base64(result.thumbnail)).append("\"");
        body.append(R"(,"image":")").append(api::base64(result.image)).append("\"}");
        return body;
    }

    static Delivery judge(const api::Reply& reply) {
        if (reply.status >= 200 && reply.status < 300) return Delivery::stored;
        if (reply.status == 404 || reply.status == 409) return Delivery::pointless;
        const std::string message =
            fmt::format("the API answered {}: {}", reply.status, api::message_from_json(reply.body));
        if (reply.status == 400 || reply.status == 413 || reply.status == 422) throw Refused(message);
        throw SinkUnavailable(message);
    }

    api::Client client_;
};

}  // namespace

std::unique_ptr<Sink> make_store_sink(store::Store& store) {
    return std::make_unique<StoreSink>(store);
}

std::unique_ptr<Sink> make_http_sink(const std::string& endpoint_url) {
    return std::make_unique<HttpSink>(endpoint_url);
}

}  // namespace faafo::worker
