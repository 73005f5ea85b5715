#include "localcloud/dns_server/query.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <random>
#include <span>
#include <vector>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::dns_server {

namespace {

constexpr timeval answer_timeout{.tv_sec = 0, .tv_usec = 300'000};
constexpr std::size_t header_size = 12;
constexpr unsigned type_soa = 6;
constexpr unsigned class_in = 1;
constexpr unsigned char pointer_bits = 0xc0;

void put16(std::vector<unsigned char>& out, unsigned value) {
    out.push_back(static_cast<unsigned char>(value >> 8));
    out.push_back(static_cast<unsigned char>(value));
}

std::vector<unsigned char> question(std::uint16_t id, std::string_view zone) {
    std::vector<unsigned char> out;
    put16(out, id);
    for (const unsigned word : {0U, 1U, 0U, 0U, 0U})  // flags, one question, nothing else
        put16(out, word);
    while (!zone.empty() && zone != ".") {
        const std::size_t dot = zone.find('.');
        out.push_back(static_cast<unsigned char>(dot));
        out.insert(out.end(), zone.begin(), zone.begin() + static_cast<std::ptrdiff_t>(dot));
        zone.remove_prefix(dot + 1);
    }
    out.push_back(0);
    put16(out, type_soa);
    put16(out, class_in);
    return out;
}

/// Reads an answer, never beyond its end.
class Reader {
  public:
    explicit Reader(std::span<const unsigned char> data) : data_(data) {}
    [[nodiscard]] bool good() const { return good_; }
    unsigned number(int bytes) {
        unsigned value = 0;
        for (; bytes > 0; --bytes)
            value = value << 8 | take();
        return value;
    }
    void skip(std::size_t bytes) {
        good_ = good_ && bytes <= data_.size() - at_;
        if (good_) at_ += bytes;
    }
    void skip_name() {
        while (good_) {
            const unsigned char length = take();
            if (length == 0) return;
            if ((length & pointer_bits) == pointer_bits) {
                take();
                return;
            }
            skip(length);
        }
    }

  private:
    unsigned char take() {
        good_ = good_ && at_ < data_.size();
        return good_ ? data_[at_++] : 0;
    }
    std::span<const unsigned char> data_;
    std::size_t at_ = 0;
    bool good_ = true;
};

SoaAnswer read_answer(std::span<const unsigned char> data) {
    Reader reader{data};
    reader.skip(2);
    const unsigned flags = reader.number(2);
    reader.skip(2);
    const unsigned answers = reader.number(2);
    reader.skip(4);
    reader.skip_name();
    reader.skip(4);
    constexpr unsigned authoritative = 0x0400;
    if ((flags & authoritative) == 0 || (flags & 0xfU) != 0 || answers == 0) return {};
    reader.skip_name();
    const unsigned type = reader.number(2);
    reader.skip(2 + 4 + 2);  // class, TTL, length
    reader.skip_name();
    reader.skip_name();
    const unsigned serial = reader.number(4);
    if (!reader.good() || type != type_soa) return {};
    return {.served = true, .serial = serial};
}

}  // namespace

std::optional<SoaAnswer> ask_serial(const std::string& address, std::uint16_t port, const std::string& zone) {
    const host::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    if (!socket || ::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) return std::nullopt;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &answer_timeout, sizeof answer_timeout);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return std::nullopt;
    const auto id = static_cast<std::uint16_t>(std::random_device{}());
    const std::vector<unsigned char> sent = question(id, zone);
    if (::send(socket.get(), sent.data(), sent.size(), MSG_NOSIGNAL) < 0) return std::nullopt;
    std::array<unsigned char, 4096> buffer{};
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count < static_cast<ssize_t>(header_size)) return std::nullopt;
    if ((static_cast<unsigned>(buffer[0]) << 8 | buffer[1]) != id) return std::nullopt;
    return read_answer({buffer.data(), static_cast<std::size_t>(count)});
}

}  // namespace localcloud::dns_server
