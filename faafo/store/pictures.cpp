#include "faafo/store/pictures.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace faafo::store {
namespace {

using common::db::Backend;

/// Bytes as SQLite's BLOB. SOCI copies them.
void fill(soci::blob& blob, std::string_view bytes) {
    if (!bytes.empty()) blob.write(0, bytes.data(), bytes.size());
}

/// Bytes as PostgreSQL's bytea has them in text.
std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(2 + 2 * bytes.size(), '\\');
    text[1] = 'x';
    std::size_t position = 2;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text[position++] = digits[value >> 4U];
        text[position++] = digits[value & 15U];
    }
    return text;
}

constexpr std::array<unsigned char, 256> hex_values() {
    std::array<unsigned char, 256> values{};
    for (unsigned char i = 0; i < 10; ++i)
        values[static_cast<unsigned char>('0' + i)] = i;
    for (unsigned char i = 0; i < 6; ++i)
        values[static_cast<unsigned char>('a' + i)] = static_cast<unsigned char>(10 + i);
    return values;
}

std::string from_hex(std::string_view text) {
    static constexpr auto values = hex_values();
    if (!text.starts_with("\\x")) throw Unavailable("the database sent a picture in an unknown form");
    text.remove_prefix(2);
    std::string bytes(text.size() / 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(values[static_cast<unsigned char>(text[2 * i])] * 16 +
                                     values[static_cast<unsigned char>(text[2 * i + 1])]);
    }
    return bytes;
}

/// MariaDB and MySQL close connections on which more comes than this.
void check_size(soci::session& session, const Result& result) {
    std::size_t length = 4096;
    for (const std::string_view bytes :
         {std::string_view(result.image), std::string_view(result.thumbnail)}) {
        length += bytes.size();
        for (const char c : bytes) {  // each takes two in a statement
            if (std::string_view("\0\n\r\\'\"\x1a", 7).find(c) != std::string_view::npos) ++length;
        }
    }
    if (length < std::size_t{1} << 20U) return;  // the least that any server is set to
    long long most = 0;
    session << "SELECT @@max_allowed_packet", soci::into(most);
    if (length >= static_cast<std::size_t>(most)) {
        throw TooLarge(fmt::format(
            "the picture takes {} MiB, the database server {} at once: raise its max_allowed_packet",
            (length >> 20U) + 1, most >> 20));
    }
}

void insert_blobs(soci::session& session, const std::string& uuid, const Result& result) {
    soci::blob picture(session);
    soci::blob thumbnail(session);
    fill(picture, result.image);
    fill(thumbnail, result.thumbnail);
    soci::indicator has_thumbnail = result.thumbnail.empty() ? soci::i_null : soci::i_ok;
    session << "INSERT INTO fractal_image (uuid, checksum, picture, thumbnail) VALUES (:uuid, :checksum, "
               ":picture, :thumbnail)",
        soci::use(uuid), soci::use(result.checksum), soci::use(picture), soci::use(thumbnail, has_thumbnail);
}

void insert_strings(soci::session& session, const std::string& uuid, const Result& result,
                    const std::string& picture, const std::string& thumbnail, std::string_view prefix) {
    const std::string sql = fmt::format(
        "INSERT INTO fractal_image (uuid, checksum, picture, thumbnail) VALUES (:uuid, :checksum, "
        "{0}:picture, ",
        prefix);
    if (result.thumbnail.empty()) {
        session << sql + "NULL)", soci::use(uuid), soci::use(result.checksum), soci::use(picture);
    } else {
        session << sql + std::string(prefix) + ":thumbnail)", soci::use(uuid), soci::use(result.checksum),
            soci::use(picture), soci::use(thumbnail);
    }
}

}  // namespace

void insert_pictures(soci::session& session, Backend backend, const std::string& uuid, const Result& result) {
    switch (backend) {
        case Backend::sqlite:
            return insert_blobs(session, uuid, result);
        case Backend::mysql:
            check_size(session, result);
            // Bytes are no text in any character set.
            return insert_strings(session, uuid, result, result.image, result.thumbnail, "_binary ");
        case Backend::postgresql:
            return insert_strings(session, uuid, result, to_hex(result.image), to_hex(result.thumbnail), "");
    }
}

std::optional<Image> read_picture(soci::session& session, Backend backend, const char* sql,
                                  const std::string& uuid) {
    Image image;
    if (backend == Backend::sqlite) {
        soci::blob blob(session);
        session << sql, soci::into(image.checksum), soci::into(blob), soci::use(uuid);
        if (!session.got_data()) return std::nullopt;
        image.bytes.resize(blob.get_len());
        if (!image.bytes.empty()) blob.read(0, image.bytes.data(), image.bytes.size());
        return image;
    }
    session << sql, soci::into(image.checksum), soci::into(image.bytes), soci::use(uuid);
    if (!session.got_data()) return std::nullopt;
    if (backend == Backend::postgresql) image.bytes = from_hex(image.bytes);
    return image;
}

}  // namespace faafo::store
