// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "ends.h"
#include "pipeline/pairing.h"

#include <ctime>
#include <random>
#include <unordered_map>
#include <vector>

using namespace dnsmon;

namespace {

PairingKey key(std::uint16_t port, std::uint16_t id = 1, std::uint64_t question = 77) {
    PairingKey key;
    key.flow.source.port = port;
    key.flow.destination.port = 53;
    key.id = id;
    key.question_hash = question;
    return key;
}

PendingQuery& ask(PairingTable& table, const PairingKey& key, std::int64_t time_ns) {
    PendingQuery& query = table.add(key);
    if (query.time_ns == 0) query.time_ns = time_ns;
    return query;
}

std::vector<std::uint16_t> expired_ports(PairingTable& table, std::int64_t until) {
    std::vector<std::uint16_t> ports;
    table.expire(until, [&](const PendingQuery& query) { ports.push_back(query.key.flow.source.port); });
    return ports;
}

} // namespace

TEST_CASE("an answer finds its query by flow, id and question") {
    PairingTable table(16);
    ask(table, key(1000), 5);
    CHECK(table.find(key(1000)) != nullptr);
    CHECK(table.find(key(1001)) == nullptr);
    CHECK(table.find(key(1000, 2)) == nullptr);
    CHECK(table.find(key(1000, 1, 78)) == nullptr);
    CHECK(table.find(key(1000, 1, 0)) != nullptr); // an answer that repeats no question
}

TEST_CASE("an answer without a question belongs to the newest query of its flow and id") {
    PairingTable table(16);
    ask(table, key(1000, 1, 10), 5);
    ask(table, key(1000, 1, 20), 6);
    ask(table, key(1000, 2, 30), 7);
    REQUIRE(table.find(key(1000, 1, 0)) != nullptr);
    CHECK(table.find(key(1000, 1, 0))->time_ns == 6);
    table.remove(*table.find(key(1000, 1, 0)));
    CHECK(table.find(key(1000, 1, 0))->time_ns == 5);
    table.remove(*table.find(key(1000, 1, 10)));
    CHECK(table.find(key(1000, 1, 0)) == nullptr);
}

TEST_CASE("a query without a question is answered by any question of its flow and id") {
    PairingTable table(16);
    ask(table, key(1000, 1, 0), 5);
    CHECK(table.find(key(1001, 1, 10)) == nullptr);
    REQUIRE(table.find(key(1000, 1, 10)) != nullptr);
    ask(table, key(1000, 1, 10), 6);
    CHECK(table.find(key(1000, 1, 10))->time_ns == 6);
    table.remove(*table.find(key(1000, 1, 10)));
    table.remove(*table.find(key(1000, 1, 10)));
    CHECK(table.find(key(1000, 1, 10)) == nullptr);
    CHECK(table.size() == 0);
}

TEST_CASE("ever new questions under one flow and id cost no more than under many ids") {
    constexpr std::size_t kQueries = 40000;
    const auto seconds = [](bool same_id) {
        PairingTable table(kQueries);
        const std::clock_t begin = std::clock();
        for (std::size_t i = 0; i < 2 * kQueries; ++i) { // the second half pushes the first out
            const auto id = static_cast<std::uint16_t>(same_id ? 7 : i);
            ask(table, key(1000, id, i + 1), static_cast<std::int64_t>(i + 1));
            (void)table.find(key(1000, id, i + 2 * kQueries));
        }
        table.expire(2 * kQueries, [](const PendingQuery&) {});
        CHECK(table.size() == 0);
        return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    };
    const double many_ids = seconds(false);
    CHECK(seconds(true) < 10 * many_ids + 0.2); // seconds, when each look-up walks all of them
}

TEST_CASE("two questions under one id are two queries") {
    PairingTable table(16);
    ask(table, key(1000, 1, 10), 5);
    ask(table, key(1000, 1, 20), 6);
    CHECK(table.size() == 2);
    CHECK(table.find(key(1000, 1, 10))->time_ns == 5);
    CHECK(table.find(key(1000, 1, 20))->time_ns == 6);
}

TEST_CASE("a retransmission is the same query") {
    PairingTable table(16);
    ask(table, key(1000), 5);
    CHECK(ask(table, key(1000), 9).time_ns == 5);
    CHECK(table.size() == 1);
}

TEST_CASE("the same query of another process is a query of its own, and the one that is answered") {
    PairingTable table(16);
    const End* first = test::end_of(100);
    const End* second = test::end_of(200);
    table.add(key(1000), {first}).time_ns = 5;
    table.add(key(1000), {second}).time_ns = 6;
    CHECK(table.size() == 2);
    CHECK(table.add(key(1000), {first}).time_ns == 5); // each one's repetition is its own
    CHECK(table.add(key(1000), {second}).time_ns == 6);
    CHECK(table.add(key(1000)).time_ns == 6); // not known whose
    CHECK(table.size() == 2);
    CHECK(table.find(key(1000))->client->owner.pid == 200);
    table.remove(*table.find(key(1000)));
    CHECK(table.find(key(1000))->client->owner.pid == 100);
    CHECK(expired_ports(table, 5) == std::vector<std::uint16_t>{1000});
}

TEST_CASE("an answer from a translated address finds its query by client, id, question and the server's process") {
    PairingTable table(16);
    PairingKey translated = key(1000);
    translated.flow.destination.address.bytes[15] = 8;
    ask(table, key(1000), 5).server = kept(test::end_of(300));
    CHECK(table.find(translated) == nullptr);
    CHECK(table.find_translated(translated, test::end_of(300)) != nullptr);
    CHECK(table.find_translated(translated, test::end_of(301)) == nullptr);
    CHECK(table.find_translated(translated, nullptr) == nullptr);
    for (PairingKey other : {key(1001), key(1000, 2), key(1000, 1, 78), key(1000, 1, 0)}) {
        other.flow.destination = translated.flow.destination;
        CHECK(table.find_translated(other, test::end_of(300)) == nullptr);
    }
    ask(table, key(1002), 6); // nobody knows who got it
    PairingKey unknown = key(1002);
    unknown.flow.destination = translated.flow.destination;
    CHECK(table.find_translated(unknown, test::end_of(300)) == nullptr);
}

TEST_CASE("a pid used again is another process, another thread is not") {
    PairingTable table(16);
    Owner owner;
    owner.attribution = Attribution::kExact;
    owner.pid = 100;
    owner.start_ns = 1'000'000'000;
    table.add(key(1000), {test::end_of(owner)}).time_ns = 5;
    owner.tid = 101;
    CHECK(table.add(key(1000), {test::end_of(owner)}).time_ns == 5);
    owner.start_ns = 0; // not known
    CHECK(table.add(key(1000), {test::end_of(owner)}).time_ns == 5);
    CHECK(table.add(key(1000), {test::end_of(300, Attribution::kProcfs)}).time_ns == 5); // one of several, perhaps
    owner.start_ns = 1'010'000'000;
    CHECK(table.add(key(1000), {test::end_of(owner)}).time_ns == 0);
    CHECK(table.size() == 2);
}

TEST_CASE("a query on a new connection is a query of its own, and the old one is not answered any more") {
    PairingTable table(16);
    table.add(key(1000), {nullptr, 1}).time_ns = 5;
    table.add(key(1000), {nullptr, 2}).time_ns = 6;
    CHECK(table.add(key(1000), {nullptr, 2}).time_ns == 6);
    CHECK(table.find(key(1000))->time_ns == 6);
    table.remove(*table.find(key(1000)));
    CHECK(table.find(key(1000)) == nullptr);
    CHECK(table.find(key(1000, 1, 0)) == nullptr);
    CHECK(expired_ports(table, 5) == std::vector<std::uint16_t>{1000});
}

TEST_CASE("what is not answered in time expires, oldest first and once") {
    PairingTable table(16);
    ask(table, key(1), 10);
    ask(table, key(2), 20);
    ask(table, key(3), 30);
    table.remove(*table.find(key(2)));
    CHECK(expired_ports(table, 9).empty());
    CHECK(expired_ports(table, 30) == std::vector<std::uint16_t>{1, 3});
    CHECK(expired_ports(table, 1000).empty());
    CHECK(table.size() == 0);
}

TEST_CASE("a transfer that goes on is not late and gives no timeout") {
    PairingTable table(16);
    ask(table, key(1), 10);
    ask(table, key(2), 20);
    PendingQuery& transfer = *table.find(key(1));
    table.goes_on(transfer, 50);
    CHECK(transfer.time_ns == 10);
    CHECK(expired_ports(table, 40) == std::vector<std::uint16_t>{2});
    CHECK(table.size() == 1);
    CHECK(expired_ports(table, 60).empty());
    CHECK(table.size() == 0);
}

TEST_CASE("a full table forgets the oldest query and counts it") {
    PairingTable table(2);
    ask(table, key(1), 1);
    ask(table, key(2), 2);
    ask(table, key(3), 3);
    CHECK(table.size() == 2);
    CHECK(table.evicted() == 1);
    CHECK(table.find(key(1)) == nullptr);
    CHECK(table.find(key(3)) != nullptr);
}

TEST_CASE("any schedule agrees with a plain map") {
    PairingTable table(64);
    std::unordered_map<std::uint16_t, std::int64_t> model;
    std::mt19937 random(7); // fixed: a failure repeats
    std::int64_t now = 1;
    for (int step = 0; step < 200000; ++step, ++now) {
        const auto port = static_cast<std::uint16_t>(random() % 60); // never more than the table holds
        switch (random() % 3) {
        case 0:
            ask(table, key(port), now);
            model.emplace(port, now);
            break;
        case 1: {
            PendingQuery* found = table.find(key(port));
            const auto expected = model.find(port);
            REQUIRE((found != nullptr) == (expected != model.end()));
            if (found == nullptr) break;
            REQUIRE(found->time_ns == expected->second);
            table.remove(*found);
            model.erase(expected);
            break;
        }
        default:
            for (const auto gone : expired_ports(table, now - 50)) REQUIRE(model.erase(gone) == 1);
            for (const auto& [left, time] : model) REQUIRE(time > now - 50);
        }
        REQUIRE(table.size() == model.size());
    }
    CHECK(table.evicted() == 0);
}

TEST_CASE("a table of another size keeps the newest queries, in order") {
    PairingTable table(16);
    for (std::uint16_t port = 1; port <= 10; ++port) ask(table, key(port), port);
    table.resize(4);
    CHECK(table.size() == 4);
    CHECK(table.evicted() == 6);
    CHECK(table.find(key(6)) == nullptr);
    REQUIRE(table.find(key(7)) != nullptr);
    table.remove(*table.find(key(7)));
    ask(table, key(11), 11);
    table.resize(64);
    for (std::uint16_t port = 12; port <= 40; ++port) ask(table, key(port), port);
    CHECK(table.evicted() == 6);
    CHECK(expired_ports(table, 11) == std::vector<std::uint16_t>{8, 9, 10, 11});
    table.resize(0);
    CHECK(table.size() == 0);
}
