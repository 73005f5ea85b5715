#include "faafo/store/rows.hpp"

namespace faafo::store {
namespace {

template <typename Nullable, typename Type>
void set(Nullable& column, const std::optional<Type>& value) {
    if (!value) return;
    column.value = *value;
    column.indicator = soci::i_ok;
}

template <typename Type, typename Nullable>
std::optional<Type> get(const Nullable& column) {
    if (column.indicator != soci::i_ok) return std::nullopt;
    return static_cast<Type>(column.value);
}

std::optional<long long> milliseconds(const std::optional<Time>& time) {
    if (!time) return std::nullopt;
    return time->time_since_epoch().count();
}

Time time_of(long long milliseconds) {
    return Time{std::chrono::milliseconds{milliseconds}};
}

template <typename Nullable>
std::optional<Time> get_time(const Nullable& column) {
    if (column.indicator != soci::i_ok) return std::nullopt;
    return time_of(column.value);
}

}  // namespace

/// Every column once, in the order of fields(), so that reading and writing cannot differ.
template <typename Visitor>
void Row::visit(Visitor&& visitor) {
    visitor("uuid", uuid_);
    visitor("checksum", checksum_);
    visitor("url", url_);
    visitor("duration", duration_);
    visitor("size", size_);
    visitor("width", width_);
    visitor("height", height_);
    visitor("iterations", iterations_);
    visitor("xa", xa_);
    visitor("xb", xb_);
    visitor("ya", ya_);
    visitor("yb", yb_);
    visitor("generated_by", generated_by_);
    visitor("c_re", c_re_);
    visitor("c_im", c_im_);
    visitor("state", state_);
    visitor("attempts", attempts_);
    visitor("failure_reason", failure_reason_);
    visitor("created_at", created_at_);
    visitor("started_at", started_at_);
    visitor("finished_at", finished_at_);
}

const std::string& columns() {
    static const std::string text = [] {
        std::string names;
        for (const Field& field : fields()) {
            if (!names.empty()) names += ", ";
            names += field.name;
        }
        return names;
    }();
    return text;
}

const std::string& placeholders() {
    static const std::string text = [] {
        std::string names;
        for (const Field& field : fields()) {
            if (!names.empty()) names += ", ";
            names.append(":").append(field.name);
        }
        return names;
    }();
    return text;
}

Row::Row(const Fractal& fractal)
    : uuid_(fractal.uuid),
      state_(to_text(fractal.state)),
      width_(fractal.parameters.width),
      height_(fractal.parameters.height),
      iterations_(fractal.parameters.iterations),
      attempts_(fractal.attempts),
      created_at_(fractal.created_at.time_since_epoch().count()),
      xa_(fractal.parameters.window.xa),
      xb_(fractal.parameters.window.xb),
      ya_(fractal.parameters.window.ya),
      yb_(fractal.parameters.window.yb) {
    set(checksum_, fractal.checksum);
    set(url_, fractal.url);
    set(generated_by_, fractal.generated_by);
    set(failure_reason_, fractal.failure_reason);
    set(duration_, fractal.duration);
    set(size_, fractal.size);
    set(started_at_, milliseconds(fractal.started_at));
    set(finished_at_, milliseconds(fractal.finished_at));
    if (fractal.c) {
        set(c_re_, std::optional{fractal.c->real()});
        set(c_im_, std::optional{fractal.c->imag()});
    }
}

void Row::read_with(soci::statement& statement) {
    visit([&statement](std::string_view, auto& column) {
        if constexpr (requires { column.indicator; }) {
            statement.exchange(soci::into(column.value, column.indicator));
        } else {
            statement.exchange(soci::into(column));
        }
    });
}

void Row::write_with(soci::statement& statement) {
    visit([&statement](std::string_view name, auto& column) {
        if constexpr (requires { column.indicator; }) {
            statement.exchange(soci::use(column.value, column.indicator, std::string(name)));
        } else {
            statement.exchange(soci::use(column, std::string(name)));
        }
    });
}

Fractal Row::fractal() const {
    Fractal fractal{
        .uuid = uuid_,
        .parameters = {.width = width_,
                       .height = height_,
                       .iterations = iterations_,
                       .window = {.xa = xa_, .xb = xb_, .ya = ya_, .yb = yb_}},
        .state = parse_state(state_).value_or(State::failed),
        .attempts = attempts_,
        .failure_reason = get<std::string>(failure_reason_),
        .checksum = get<std::string>(checksum_),
        .url = get<std::string>(url_),
        .duration = get<double>(duration_),
        .size = get<std::int64_t>(size_),
        .generated_by = get<std::string>(generated_by_),
        .created_at = time_of(created_at_),
        .started_at = get_time(started_at_),
        .finished_at = get_time(finished_at_),
    };
    if (const auto re = get<double>(c_re_), im = get<double>(c_im_); re && im) fractal.c = {*re, *im};
    return fractal;
}

std::optional<Fractal> find_row(soci::session& session, std::string_view uuid, std::string_view lock) {
    Row row;
    const std::string key = lower_case(uuid);
    soci::statement statement(session);
    row.read_with(statement);
    statement.exchange(soci::use(key, "uuid"));
    statement.alloc();
    statement.prepare("SELECT " + columns() + " FROM fractal WHERE uuid = :uuid" + std::string(lock));
    statement.define_and_bind();
    if (!statement.execute(true)) return std::nullopt;
    return row.fractal();
}

}  // namespace faafo::store
