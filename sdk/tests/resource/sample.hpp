// A resource with one field of every kind, for tests of the engine.
#pragma once

#include "sdk/src/resource/collection.hpp"

namespace openstack::sdktest {

struct SampleStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view good = "GOOD";
};

struct Part {
    std::string name;
    std::int64_t size = 0;
};

struct Sample {
    std::string id;
    std::string name;
    SampleStatus status;
    int count = 0;
    std::int64_t size = 0;
    double factor = 0;
    bool flag = false;
    std::optional<bool> maybe;
    std::optional<Time> when;
    JsonText free;
    Part part;
    std::optional<Part> other;
    std::vector<Part> parts;
    std::vector<std::string> words;
    std::map<std::string, std::string> labels;
    std::vector<std::string> groups;
    bool inner = false;
    std::string script;
    std::string password;
    ExtraFields extra;
};

struct SampleUpdate {
    Field<std::string> name;
    Field<Part> part;
    std::optional<std::vector<std::string>> words;
    std::optional<std::map<std::string, std::string>> labels;
    std::optional<bool> flag;
    std::optional<double> factor;
    std::string late;
};

struct SampleHeaders {
    std::int64_t count = 0;
    std::optional<Time> modified;
    std::map<std::string, std::string> metadata;
    std::string key;
};

struct SampleQuery {
    std::optional<std::string> name;
    std::optional<std::string> color;
    std::optional<std::int64_t> limit;
    std::optional<std::string> marker;
};

}  // namespace openstack::sdktest

namespace openstack::resource {

template <>
inline const Fields& fields_of<sdktest::Part>() {
    using sdktest::Part;
    static const Fields fields =
        table<Part>({{"name", &Part::name}, {"size", &Part::size}}, {.scalar_key = "size"});
    return fields;
}

template <>
inline const Fields& fields_of<sdktest::Sample>() {
    using sdktest::Sample;
    static const Fields fields = table<Sample>({
        {"id", &Sample::id},
        {"name", &Sample::name},
        {"status", &Sample::status},
        {"count", &Sample::count},
        {"size", &Sample::size},
        {"factor", &Sample::factor},
        {"flag", &Sample::flag},
        {"maybe", &Sample::maybe},
        {"when", &Sample::when},
        {"free", &Sample::free},
        {"part", &Sample::part},
        {"other", &Sample::other},
        {"parts", &Sample::parts},
        {"words", &Sample::words},
        {"labels", &Sample::labels},
        {"groups", &Sample::groups, {.wrap = "name"}},
        {"outer.inner", &Sample::inner},
        {"script", &Sample::script, {.base64 = true}},
        {"password", &Sample::password, {.secret = true}},
    });
    return fields;
}

template <>
inline const Fields& fields_of<sdktest::SampleUpdate>() {
    using sdktest::SampleUpdate;
    static const Fields fields = table<SampleUpdate>({
        {"name", &SampleUpdate::name},
        {"part", &SampleUpdate::part},
        {"words", &SampleUpdate::words},
        {"labels", &SampleUpdate::labels},
        {"flag", &SampleUpdate::flag},
        {"factor", &SampleUpdate::factor},
        {"late", &SampleUpdate::late, {.since = "2.50"}},
    });
    return fields;
}

template <>
inline const Fields& fields_of<sdktest::SampleHeaders>() {
    using sdktest::SampleHeaders;
    static const Fields fields = table<SampleHeaders>({
        {"X-Count", &SampleHeaders::count, {.header = true}},
        {"Last-Modified", &SampleHeaders::modified, {.header = true}},
        {"X-Meta-*", &SampleHeaders::metadata, {.header = true}},
        {"X-Meta-Key", &SampleHeaders::key, {.secret = true, .header = true}},
    });
    return fields;
}

template <>
inline const Fields& fields_of<sdktest::SampleQuery>() {
    using sdktest::SampleQuery;
    static const Fields fields = table<SampleQuery>({
        {"name", &SampleQuery::name},
        {"color", &SampleQuery::color, {.client_side = true}},
        {"limit", &SampleQuery::limit},
        {"marker", &SampleQuery::marker},
    });
    return fields;
}

}  // namespace openstack::resource
