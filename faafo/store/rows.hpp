// Between rows of the table `fractal` and Fractal. Only .cpp files of store/ and queue/ use it.
#pragma once

#include <string>
#include <string_view>

#include "faafo/store/database.hpp"
#include "faafo/store/fractal.hpp"

namespace faafo::store {

/// The columns in the order in which Row reads and writes them.
[[nodiscard]] const std::string& columns();
/// ":uuid, :checksum, …"
[[nodiscard]] const std::string& placeholders();

/// The variables that SOCI reads into and writes from; one row at a time.
class Row {
  public:
    Row() = default;
    explicit Row(const Fractal& fractal);

    void read_with(soci::statement& statement);
    void write_with(soci::statement& statement);
    [[nodiscard]] Fractal fractal() const;

  private:
    template <typename Type>
    struct Nullable {
        Type value{};
        soci::indicator indicator = soci::i_null;
    };
    template <typename Visitor>
    void visit(Visitor&& visitor);

    std::string uuid_, state_;
    long long width_ = 0, height_ = 0, iterations_ = 0, attempts_ = 0, created_at_ = 0;
    double xa_ = 0, xb_ = 0, ya_ = 0, yb_ = 0;
    Nullable<std::string> checksum_, url_, generated_by_, failure_reason_;
    Nullable<double> duration_, c_re_, c_im_;
    Nullable<long long> size_, started_at_, finished_at_;
};

/// One fractal inside a transaction. `lock`: Database::for_update(), or nothing.
[[nodiscard]] std::optional<Fractal> find_row(soci::session& session, std::string_view uuid,
                                              std::string_view lock = {});

}  // namespace faafo::store
