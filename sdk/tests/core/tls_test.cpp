// TLS: verified unless switched off, against the system's authorities or the one that the cloud's entry names.
#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <thread>

#include "common/testkit/wait.hpp"
#include "sdk/src/http/transport.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace openstack::http {
namespace {

namespace fs = std::filesystem;

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Deleter<SSL_free>>;

Certificate self_signed(EVP_PKEY* key, const char* host) {
    Certificate out(X509_new());
    X509_set_version(out.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), 3600);
    X509_set_pubkey(out.get(), key);
    X509_NAME* name = X509_get_subject_name(out.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(host), -1, -1,
                               0);
    X509_set_issuer_name(out.get(), name);
    const std::string names = std::string(std::isdigit(host[0]) != 0 ? "IP:" : "DNS:") + host;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(out.get(), extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(out.get(), key, EVP_sha256());
    return out;
}

/// Says 200 to every TLS connection on loopback.
class TlsServer {
  public:
    explicit TlsServer(const char* host)
        : key_(EVP_EC_gen("P-256")), certificate_(self_signed(key_.get(), host)) {
        context_.reset(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_use_certificate(context_.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(context_.get(), key_.get());
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_, 8) != 0) {
            throw std::runtime_error("no listener");
        }
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~TlsServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int answered() const { return answered_; }
    void write_certificate(const fs::path& path) const {
        const std::unique_ptr<std::FILE, Deleter<std::fclose>> file(std::fopen(path.c_str(), "w"));
        PEM_write_X509(file.get(), certificate_.get());
    }

  private:
    void serve() {
        sigset_t pipe;  // a client that refuses the certificate is gone in mid-handshake
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        for (int client = 0; (client = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(client)) {
            const Connection connection(SSL_new(context_.get()));
            SSL_set_fd(connection.get(), client);
            std::array<char, 4096> request{};
            if (SSL_accept(connection.get()) != 1 ||
                SSL_read(connection.get(), request.data(), request.size()) <= 0)
                continue;
            ++answered_;
            constexpr std::string_view answer =
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
            SSL_write(connection.get(), answer.data(), answer.size());
            SSL_shutdown(connection.get());
        }
    }

    Key key_;
    Certificate certificate_;
    Context context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> answered_{0};
    std::jthread thread_;
};

std::optional<Fault> fault(const TransportOptions& options, const std::string& url) {
    try {
        EXPECT_EQ(make_curl_transport(options)->perform({.method = "GET", .url = url}).body, "ok");
    } catch (const TransportFault& fault) {
        EXPECT_THAT(fault.what(), ::testing::HasSubstr(fault.fault() == Fault::tls ? "`cacert`" : ""));
        return fault.fault();
    }
    return std::nullopt;
}

TEST(Tls, IsVerifiedUnlessSwitchedOff) {
    const auto file = fs::temp_directory_path() / ("openstack-tls-" + std::to_string(::getpid()) + ".pem");
    const TlsServer server("127.0.0.1");
    server.write_certificate(file);
    EXPECT_EQ(fault({}, server.url()), Fault::tls) << "nobody vouches for it";
    EXPECT_EQ(server.answered(), 0) << "and nothing was sent";
    EXPECT_EQ(fault({.cacert = file}, server.url()), std::nullopt);
    EXPECT_EQ(fault({.verify = false}, server.url()), std::nullopt);
    EXPECT_EQ(fault({.cacert = "/nowhere.pem"}, server.url()), Fault::tls);
    const TlsServer other("cloud.example");
    other.write_certificate(file);
    EXPECT_EQ(fault({.cacert = file}, other.url()), Fault::tls) << "the right authority, another host's name";
    fs::remove(file);
}

}  // namespace
}  // namespace openstack::http
