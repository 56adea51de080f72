// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/encoder.h"
#include "event/journal_fields.h"
#include "pipeline/redaction.h"
#include "util/hex.h"

#include <array>
#include <string>
#include <vector>

using namespace dnsmon;

namespace {

// A response to "a." A: 192.0.2.77, with an OPT record that holds a client subnet of 198.51.100.0/24.
const std::vector<std::uint8_t> kResponse{
    0,    1,  0x81, 0x80, 0,   1, 0, 1, 0, 0,  0,  1, 1,   'a', 0, 0,  1, 0,  1, //
    0xc0, 12, 0,    1,    0,   1, 0, 0, 0, 60, 0,  4, 192, 0,   2, 77,           //
    0,    0,  41,   4,    208, 0, 0, 0, 0, 0,  11, 0, 8,   0,   7, 0,  1, 24, 0, 198, 51, 100};

struct Sample {
    std::vector<std::uint8_t> wire = kResponse;
    dns::Message message;
    Owner owner;
    ProcessDetails client;
    ProcessDetails server;
    Event event;

    explicit Sample(bool v6 = false) {
        REQUIRE(dns::decode(wire, message));
        REQUIRE(message.error == dns::DecodeError::kNone);
        owner.attribution = Attribution::kExact;
        client.command_line = "/usr/bin/curl --user me:secret https://a/";
        server.command_line = "named -t hidden";
        event.action = Action::kResponse;
        event.message = &message;
        const std::array<std::uint8_t, 4> four{203, 0, 113, 201};
        const std::array<std::uint8_t, 16> six{0x20, 1, 0xd, 0xb8, 0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        const std::array<std::uint8_t, 4> resolver{9, 9, 9, 9};
        event.flow.source = {Address::v4(resolver.data()), 53};
        event.flow.destination = {v6 ? Address::v6(six.data()) : Address::v4(four.data()), 40000};
        event.process = LocalProcess{&owner, &client, {}, {}};
        event.server_process = LocalProcess{&owner, &server, {}, {}};
    }

    /// The event in every shape, one after the other.
    std::string redacted(const PrivacyConfig& config) {
        Redaction redaction(config);
        redaction.apply(event, message);
        TextBuffer all;
        for (const auto format : {Format::kEcs, Format::kFlat, Format::kText})
            make_encoder(format, {})->append(all, event);
        JournalFields().append(all, event, "line");
        return std::string(all.view());
    }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("everything is kept unless the configuration says otherwise") {
    const auto text = Sample().redacted({});
    for (const auto* part : {"secret", "203.0.113.201", "192.0.2.77", "198.51.100", "SRC=9.9.9.9"}) {
        INFO(part);
        CHECK(has(text, part));
    }
}

TEST_CASE("command lines: the program alone, or nothing; a server's is never written") {
    CHECK_FALSE(has(Sample().redacted({}), "hidden"));
    PrivacyConfig config;
    config.command_line = Privacy::kTruncate;
    const auto cut = Sample().redacted(config);
    CHECK(has(cut, "\"command_line\":\"/usr/bin/curl\""));
    config.command_line = Privacy::kDrop;
    const auto dropped = Sample().redacted(config);
    CHECK_FALSE(has(dropped, "command_line"));
    for (const auto* part : {"secret", "hidden"}) {
        CHECK_FALSE(has(cut, part));
        CHECK_FALSE(has(dropped, part));
    }
}

TEST_CASE("command lines of the clients that a resolver asks for go too") {
    ProcessDetails first;
    ProcessDetails second;
    first.command_line = "psql password=one";
    second.command_line = "psql password=two";
    Sample sample;
    const std::array clients{LocalProcess{&sample.owner, &first, {}, {}}, LocalProcess{&sample.owner, &second, {}, {}}};
    sample.event.on_behalf_of = clients;
    PrivacyConfig config;
    config.command_line = Privacy::kTruncate;
    const auto text = sample.redacted(config);
    CHECK_FALSE(has(text, "password"));
    CHECK(has(text, "\"command_line\":\"psql\""));
    CHECK(has(text, "\"command_line\":\"/usr/bin/curl\""));
}

TEST_CASE("answers go, their number and what is about the message stay") {
    PrivacyConfig config;
    config.answers = Privacy::kDrop;
    const auto text = Sample().redacted(config);
    CHECK_FALSE(has(text, "192.0.2.77"));
    CHECK_FALSE(has(text, "\"answers\""));
    CHECK_FALSE(has(text, "DNS_DATA"));
    CHECK(has(text, "\"answers_count\":1"));
    CHECK(has(text, "\"udp_size\":1232"));
}

TEST_CASE("client addresses: their network alone, in every shape") {
    PrivacyConfig config;
    config.client_addresses = Privacy::kTruncate;
    const auto text = Sample().redacted(config);
    CHECK_FALSE(has(text, "203.0.113.201"));
    CHECK_FALSE(has(text, "198.51.100"));
    CHECK(has(text, "\"destination\":{\"ip\":\"203.0.113.0\",\"port\":40000}"));
    CHECK(has(text, "DST=203.0.113.0"));
    CHECK(has(text, "SRC=9.9.9.9"));
    const auto v6 = Sample(true).redacted(config);
    CHECK(has(v6, "\"ip\":\"2001:db8:abcd::\""));
    CHECK_FALSE(has(v6, "ef01"));
}

TEST_CASE("client addresses that are dropped leave the port, and nothing empty") {
    PrivacyConfig config;
    config.client_addresses = Privacy::kDrop;
    Sample sample;
    const auto text = sample.redacted(config);
    CHECK_FALSE(has(text, "203.0.113"));
    CHECK_FALSE(has(text, "198.51.100"));
    CHECK_FALSE(has(text, "DST"));
    CHECK(has(text, "\"destination\":{\"port\":40000}"));
    CHECK(has(text, "\"source\":{\"ip\":\"9.9.9.9\",\"port\":53}"));
    Sample query;
    query.event.action = Action::kQuery;
    std::swap(query.event.flow.source, query.event.flow.destination);
    const auto asked = query.redacted(config);
    CHECK(has(asked, "\"source\":{\"port\":40000}"));
    CHECK_FALSE(has(asked, "203.0.113"));
}

namespace {

HashKey key_of(std::uint8_t first) {
    HashKey key{};
    key[0] = first;
    return key;
}

std::string hash_of(std::uint8_t key, std::string_view text) {
    std::string out;
    append_hex(out, SipHash::hash(key_of(key), text));
    return out;
}

PrivacyConfig hashing(Privacy PrivacyConfig::*what, std::uint8_t key = 1) {
    PrivacyConfig config;
    config.*what = Privacy::kHash;
    config.key = key_of(key);
    return config;
}

// A response to "www.a." that goes by CNAME to "b.", then the address of "b.", and the name server of "a.": "q.".
const std::vector<std::uint8_t> kChain{
    0,    1,  0x81, 0x80, 0, 1, 0, 2, 0, 1,  0, 0, 3,   'w', 'w', 'w', 1, 'a', 0, 0, 1, 0, 1, //
    0xc0, 12, 0,    5,    0, 1, 0, 0, 0, 60, 0, 3, 1,   'b', 0,                               //
    0xc0, 35, 0,    1,    0, 1, 0, 0, 0, 60, 0, 4, 192, 0,   2,   77,                         //
    0xc0, 16, 0,    2,    0, 1, 0, 0, 0, 60, 0, 3, 1,   'q', 0};

} // namespace

TEST_CASE("command lines as hashes: equal ones are equal, another key makes others") {
    const auto text = Sample().redacted(hashing(&PrivacyConfig::command_line));
    CHECK(has(text, "\"command_line\":\"" + hash_of(1, "/usr/bin/curl --user me:secret https://a/") + "\""));
    CHECK_FALSE(has(text, "secret"));
    CHECK_FALSE(has(text, "hidden"));
    CHECK_FALSE(has(Sample().redacted(hashing(&PrivacyConfig::command_line, 2)),
                    hash_of(1, "/usr/bin/curl --user me:secret https://a/")));
}

TEST_CASE("journald is not told whose command line it could add") {
    CHECK(has(Sample().redacted({}), "OBJECT_PID="));
    for (const auto mode : {Privacy::kHash, Privacy::kTruncate, Privacy::kDrop}) {
        auto config = hashing(&PrivacyConfig::command_line);
        config.command_line = mode;
        CHECK_FALSE(has(Sample().redacted(config), "OBJECT_PID="));
    }
}

TEST_CASE("client addresses as hashes are no ip") {
    const auto config = hashing(&PrivacyConfig::client_addresses);
    const auto text = Sample().redacted(config);
    const auto hash = hash_of(1, "203.0.113.201");
    CHECK(has(text, "\"destination\":{\"address\":\"" + hash + "\",\"port\":40000}"));
    CHECK(has(text, "\"DST\":\"" + hash + "\""));
    CHECK(has(text, "DST=" + hash));
    CHECK(has(text, "\"source\":{\"ip\":\"9.9.9.9\",\"port\":53}"));
    CHECK_FALSE(has(text, "203.0.113"));
    CHECK_FALSE(has(text, "198.51.100"));
    Sample query;
    query.event.action = Action::kQuery;
    std::swap(query.event.flow.source, query.event.flow.destination);
    CHECK(has(query.redacted(config), "\"source\":{\"address\":\"" + hash + "\",\"port\":40000}"));
}

TEST_CASE("answers as hashes: names of a chain can still be followed, addresses resolve to nothing") {
    Sample sample;
    sample.wire = kChain;
    REQUIRE(dns::decode(sample.wire, sample.message));
    REQUIRE(sample.message.error == dns::DecodeError::kNone);
    const auto text = sample.redacted(hashing(&PrivacyConfig::answers));
    const auto b = hash_of(1, "b");
    const auto address = hash_of(1, "192.0.2.77");
    CHECK(has(text, "{\"name\":\"www.a\",\"type\":\"CNAME\",\"class\":\"IN\",\"ttl\":60,\"data\":\"" + b + "\"}"));
    CHECK(has(text, "{\"name\":\"" + b + "\",\"type\":\"A\",\"class\":\"IN\",\"ttl\":60,\"data\":\"" + address + "\"}"));
    CHECK(has(text, "{\"name\":\"a\",\"type\":\"NS\",\"class\":\"IN\",\"ttl\":60,\"data\":\"" + hash_of(1, "q") + "\"}"));
    CHECK(has(text, "\"DNS_DATA\":[\"" + b + "\",\"" + address + "\"]"));
    CHECK(has(text, "DNS_NAME=" + b + " DNS_TYPE=A DNS_DATA=" + address));
    CHECK_FALSE(has(text, "resolved_ip"));
    CHECK_FALSE(has(text, "192.0.2"));
}

TEST_CASE("answers cut short: networks of addresses, nothing else of the data") {
    Sample sample;
    sample.wire = kChain;
    REQUIRE(dns::decode(sample.wire, sample.message));
    PrivacyConfig config;
    config.answers = Privacy::kTruncate;
    const auto text = sample.redacted(config);
    CHECK(has(text, "{\"name\":\"www.a\",\"type\":\"CNAME\",\"class\":\"IN\",\"ttl\":60}"));
    CHECK(has(text, "{\"type\":\"A\",\"class\":\"IN\",\"ttl\":60,\"data\":\"192.0.2.0\"}"));
    CHECK(has(text, "{\"name\":\"a\",\"type\":\"NS\",\"class\":\"IN\",\"ttl\":60}"));
    CHECK(has(text, "\"resolved_ip\":[\"192.0.2.0\"]"));
    CHECK(has(text, "\"DNS_DATA\":[\"192.0.2.0\"]"));
    CHECK_FALSE(has(text, "192.0.2.77"));
}
