// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include <random>

namespace dnsmon::test {

namespace {

Bytes soa_rdata() {
    Bytes out = join(dns_name("ns1.example.com"), dns_name("hostmaster.example.com"));
    for (const std::uint32_t value : {2026112301U, 7200U, 3600U, 1209600U, 300U}) put32(out, value);
    return out;
}

Bytes mx_rdata() {
    Bytes out;
    put16(out, 10);
    append(out, dns_name("mail.example.com"));
    return out;
}

/// A CNAME chain with two addresses, an authority, an additional, all flags and EDNS with options.
SamplePtr full_response() {
    const Bytes options =
        join(dns_option(8, {0, 1, 24, 0, 192, 0, 2}), dns_option(10, text("12345678")),
             dns_option(15, join(Bytes{0, 18}, text("Prohibited \"here\""))), dns_option(65001, {1, 2}));
    auto sample = std::make_unique<Sample>(join(
        dns_header(1, 0x8780 | 0x30, {1, 4, 2, 2}), dns_question(dns_name("www.shop.example.co.uk"), 28),
        dns_record(dns_pointer(12), 5, 60, dns_name("cdn.example.net")),
        dns_record(dns_name("cdn.example.net"), 28, 60, address("2001:db8::1")),
        dns_record(dns_name("cdn.example.net"), 28, 60, address("2001:db8::1")),
        dns_record(dns_name("cdn.example.net"), 1, 60, address("192.0.2.1")),
        dns_record(dns_name("example.net"), 6, 60, soa_rdata()),
        dns_record(dns_name("example.net"), 15, 60, mx_rdata()),
        dns_record(dns_name("ns1.example.com"), 1, 60, address("192.0.2.53")), dns_opt(4096, 0x01008000, options)));
    sample->between("2001:db8::53", 53, "2001:db8::7", 40000).by_dig().with_details();
    sample->event.interface = "wlan0";
    sample->crossed = {&sample->uplink, &sample->bridge};
    sample->event.interfaces = sample->crossed;
    sample->event.netns = 4026532281;
    sample->event.direction = Direction::kIngress;
    sample->event.duration_ns = 12;
    sample->event.process->group_name = "wheel";
    sample->details.unit = "session-1.scope";
    sample->details.session_id = "3";
    sample->details.session_user_id = "1000";
    sample->details.container_id = "4b1b6d1f0a2e";
    sample->details.container_runtime = "podman";
    sample->event.retransmits = 2;
    sample->event.unsolicited = true;
    sample->event.heuristic = true;
    sample->event.truncated = true;
    sample->event.gap = true;
    return sample;
}

/// Both ends local, several questions, cut short.
SamplePtr damaged_loopback_query() {
    auto sample =
        std::make_unique<Sample>(join(dns_header(2, 0x0120, {2, 0, 0, 1}), dns_question(dns_name("one.example.org"), 1),
                                      dns_question(dns_name("two.example.org"), 16, 3), Bytes{0, 0}));
    sample->between("127.0.0.1", 40001, "127.0.0.53", 53).by_dig().with_details();
    sample->event.interface = "lo";
    sample->event.direction = Direction::kEgress;
    sample->server_owner = sample->owner;
    sample->server_owner.pid = 400;
    sample->server_details = sample->details;
    sample->event.server_process = LocalProcess{&sample->server_owner, &sample->server_details, {}, {}};
    sample->clients.assign(2, *sample->event.server_process);
    sample->event.on_behalf_of = sample->clients;
    return sample;
}

SamplePtr timeout() {
    auto sample = google_query();
    sample->event.action = Action::kTimeout;
    sample->event.duration_ns = 5'000'000'000;
    return sample;
}

/// Deletes one address, adds another, if the name is not an alias.
SamplePtr update() {
    auto sample = std::make_unique<Sample>(join(dns_header(4, 0x2800, {1, 2, 2}),
                                                dns_question(dns_name("example.org"), 6),
                                                dns_record(dns_name("host.example.org"), 5, 0, {}, 254),
                                                dns_record(dns_name("web.example.org"), 1, 0, address("192.0.2.6")),
                                                dns_record(dns_name("host.example.org"), 1, 0, {}, 255),
                                                dns_record(dns_name("host.example.org"), 1, 60, address("192.0.2.7"))));
    sample->between("192.0.2.1", 40000, "192.0.2.53", 53);
    return sample;
}

SamplePtr mdns_response() {
    auto sample = std::make_unique<Sample>(join(
        dns_header(0, 0x8400, {0, 1}), dns_record(dns_name("printer.local"), 1, 120, address("192.0.2.9"), 0x8001)));
    sample->between("192.0.2.9", 5353, "224.0.0.251", 5353);
    return sample;
}

/// More text than a line may hold: 64 KiB of records whose names are all the same long one.
SamplePtr enormous_response() {
    Bytes label(63, 0x01); // \001 each
    Bytes name;
    for (int i = 0; i < 3; ++i) put8(name, 63), append(name, label);
    put8(name, 0);
    Bytes wire = join(dns_header(3, 0x8180, {1, 3800}), dns_question(name, 2));
    for (int i = 0; i < 3800; ++i) append(wire, dns_record(dns_pointer(12), 2, 1, dns_pointer(12)));
    return std::make_unique<Sample>(std::move(wire));
}

/// Bytes that are control characters, quotes, backslashes or no UTF-8 more often than not.
std::string nasty_text(std::mt19937& random, std::size_t limit) {
    constexpr std::string_view favourites = "\"\\\n\r\t \x1b\x7f\x80\xbf\xc0\xc3\xe2\x80\xa8\xed\xa0\xf4\xff=a.";
    std::string out(random() % (limit + 1), '\0');
    for (char& c : out) c = random() % 2 == 0 ? favourites[random() % favourites.size()] : static_cast<char>(random());
    return out == "-" ? "x" : out; // a process may be called so, but ecs_check takes it for a placeholder
}

/// What privacy hides as hashes.
SamplePtr hashed(SamplePtr sample) {
    static const HashKey key{};
    sample->event.records_shown = RecordsShown::kHashed;
    sample->event.hash_key = &key;
    sample->event.client_alias = "0123456789abcdef";
    (sample->event.action == Action::kQuery ? sample->event.hides_source : sample->event.hides_destination) = true;
    return sample;
}

} // namespace

std::vector<SamplePtr> maximal_samples() {
    std::vector<SamplePtr> all;
    all.push_back(google_response());
    all.push_back(google_query());
    all.push_back(full_response());
    all.push_back(damaged_loopback_query());
    all.push_back(timeout());
    all.push_back(mdns_response());
    all.push_back(update());
    all.push_back(hashed(google_query()));
    all.push_back(hashed(google_response()));
    all.push_back(enormous_response());
    return all;
}

std::vector<SamplePtr> hostile_samples(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto models = maximal_samples();
    std::vector<SamplePtr> all;
    while (all.size() < count) {
        Bytes wire = models[random() % 7]->wire; // not the enormous one
        for (std::size_t flips = random() % 8; flips > 0; --flips) {
            wire[random() % wire.size()] = static_cast<std::uint8_t>(random());
        }
        wire.resize(12 + random() % (wire.size() - 11));
        auto sample = std::make_unique<Sample>(std::move(wire));
        sample->between("192.0.2.1", static_cast<std::uint16_t>(random()), "2001:db8::1", 53).by_dig().with_details();
        sample->owner.thread_name.fill('\0');
        sample->owner.process_name.fill('\0');
        Sample::set_comm(sample->owner.thread_name, nasty_text(random, 16));
        Sample::set_comm(sample->owner.process_name, nasty_text(random, 16));
        sample->details.name = nasty_text(random, 16);
        sample->details.executable = nasty_text(random, 60);
        sample->details.command_line = nasty_text(random, 200);
        sample->details.parent_name = nasty_text(random, 16);
        sample->details.unit = nasty_text(random, 30);
        sample->event.duration_ns = static_cast<std::int64_t>(random()) - 1000;
        all.push_back(std::move(sample));
    }
    return all;
}

} // namespace dnsmon::test
