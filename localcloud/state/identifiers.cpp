#include "localcloud/state/identifiers.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace localcloud::state {

namespace {

constexpr int password_rounds = 20'000;

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
        throw std::runtime_error{"the system has no random numbers to give"};
    }
    return bytes;
}

std::string to_hex(std::string_view bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char byte : bytes)
        fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(byte));
    return hex;
}

const EVP_MD* algorithm_of(Hash hash) {
    switch (hash) {
        case Hash::md5:
            return EVP_md5();
        case Hash::sha1:
            return EVP_sha1();
        case Hash::sha256:
            return EVP_sha256();
        case Hash::sha512:
            return EVP_sha512();
    }
    return EVP_sha256();
}

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::string finish(EVP_MD_CTX* context) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(context, digest.data(), &length);
    return to_hex({reinterpret_cast<const char*>(digest.data()), length});
}

std::tm utc(Time time) {
    // Not system_clock::to_time_t(): the clock's own nanoseconds end in the year 2262.
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}

std::string date_and_time(Time time) {
    const std::tm parts = utc(time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

std::string hex_id() {
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0fU) | 0x40U);
    bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3fU) | 0x80U);
    return to_hex(bytes);
}

std::string uuid() {
    std::string id = hex_id();
    for (const std::size_t place : {8, 13, 18, 23})
        id.insert(place, 1, '-');
    return id;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
}

std::string secret(std::size_t bytes) {
    std::string encoded = base64_encode(random_bytes(bytes), true);
    while (encoded.ends_with('='))
        encoded.pop_back();
    return encoded;
}

std::string mac_address() {
    const std::string bytes = random_bytes(3);
    return fmt::format("fa:16:3e:{:02x}:{:02x}:{:02x}", static_cast<unsigned char>(bytes[0]),
                       static_cast<unsigned char>(bytes[1]), static_cast<unsigned char>(bytes[2]));
}

std::string random_word(std::size_t length) {
    static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::string word;
    while (word.size() < length) {
        for (const char byte : random_bytes(length)) {
            const auto number = static_cast<unsigned char>(byte);
            if (number < 252 && word.size() < length) word += letters[number % letters.size()];
        }
    }
    return word;
}

std::string hash_hex(Hash algorithm, std::string_view data) {
    const DigestContext context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    EVP_DigestInit_ex(context.get(), algorithm_of(algorithm), nullptr);
    EVP_DigestUpdate(context.get(), data.data(), data.size());
    return finish(context.get());
}

std::string hmac_hex(Hash algorithm, std::string_view key, std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    HMAC(algorithm_of(algorithm), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data(), &length);
    return to_hex({reinterpret_cast<const char*>(digest.data()), length});
}

std::vector<std::string> hash_file(const std::filesystem::path& file, const std::vector<Hash>& algorithms) {
    std::ifstream stream{file, std::ios::binary};
    if (!stream) throw std::runtime_error{"cannot read " + file.string()};
    std::vector<DigestContext> contexts;
    for (const Hash algorithm : algorithms) {
        contexts.emplace_back(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
        EVP_DigestInit_ex(contexts.back().get(), algorithm_of(algorithm), nullptr);
    }
    std::vector<char> buffer(std::size_t{1} << 18);
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0) {
        for (const DigestContext& context : contexts) {
            EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(stream.gcount()));
        }
    }
    if (stream.bad()) throw std::runtime_error{"cannot read " + file.string() + " to its end"};
    std::vector<std::string> digests;
    digests.reserve(contexts.size());
    for (const DigestContext& context : contexts)
        digests.push_back(finish(context.get()));
    return digests;
}

bool equal_secrets(std::string_view left, std::string_view right) {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

namespace {

std::string derive(std::string_view password, std::string_view salt, int rounds) {
    std::array<unsigned char, 32> key{};
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                      reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                      rounds, EVP_sha256(), static_cast<int>(key.size()), key.data());
    return to_hex({reinterpret_cast<const char*>(key.data()), key.size()});
}

}  // namespace

std::string hash_password(std::string_view password) {
    const std::string salt = secret(12);
    return fmt::format("pbkdf2${}${}${}", password_rounds, salt, derive(password, salt, password_rounds));
}

bool check_password(std::string_view password, std::string_view hashed) {
    const std::size_t first = hashed.find('$');
    const std::size_t second = first == std::string_view::npos ? first : hashed.find('$', first + 1);
    const std::size_t third = second == std::string_view::npos ? second : hashed.find('$', second + 1);
    if (third == std::string_view::npos) return false;
    int rounds = 0;
    std::from_chars(hashed.data() + first + 1, hashed.data() + second, rounds);
    if (rounds < 1) return false;
    return equal_secrets(derive(password, hashed.substr(second + 1, third - second - 1), rounds),
                         hashed.substr(third + 1));
}

std::string base64_encode(std::string_view bytes, bool url_safe) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    if (url_safe) {
        for (char& letter : out) {
            if (letter == '+') letter = '-';
            if (letter == '/') letter = '_';
        }
    }
    return out;
}

bool base64_decode(std::string_view text, std::string& bytes) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes.clear();
    unsigned int bits = 0;
    int count = 0;
    std::size_t letters = 0;
    std::size_t padding = 0;
    for (const char letter : text) {
        if (letter == '=') {
            ++padding;
            continue;
        }
        const std::size_t value = alphabet.find(letter);
        if (value == std::string_view::npos) continue;
        if (padding > 0) return false;
        ++letters;
        bits = (bits << 6U) | static_cast<unsigned int>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> static_cast<unsigned int>(count)) & 0xffU);
        }
    }
    return (letters + padding) % 4 == 0;
}

Time now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string iso_seconds(Time time) {
    return date_and_time(time) + "Z";
}

std::string iso_whole_microseconds(Time time) {
    return date_and_time(time) + ".000000";
}

std::string iso_microseconds(Time time) {
    const auto fraction = time - std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{}.{:06}", date_and_time(time), fraction.count());
}

std::string http_date(Time time) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::tm parts = utc(time);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                       months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900, parts.tm_hour,
                       parts.tm_min, parts.tm_sec);
}

std::string unix_timestamp(Time time) {
    const auto since = time.time_since_epoch().count();
    return fmt::format("{}.{:05}", since / 1'000'000, since % 1'000'000 / 10);
}

bool parse_iso(std::string_view text, Time& time) {
    if (text.size() < 19 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') ||
        text[13] != ':' || text[16] != ':') {
        return false;
    }
    const auto number = [&](std::size_t from, std::size_t count, int& value) {
        const std::string_view digits = text.substr(from, count);
        if (digits.front() == '-') return false;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return end == digits.data() + digits.size();
    };
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!number(0, 4, year) || !number(5, 2, month) || !number(8, 2, day) || !number(11, 2, hour) ||
        !number(14, 2, minute) || !number(17, 2, second)) {
        return false;
    }
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return false;
    time = std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second};
    std::string_view rest = text.substr(19);
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9')
            rest.remove_prefix(1);
    }
    return rest.empty() || rest == "Z" || rest == "+00:00";
}

}  // namespace localcloud::state
