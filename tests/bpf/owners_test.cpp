// SPDX-License-Identifier: Apache-2.0
// Who sent it, on the live kernel: children use sockets in every way that clients and servers do, and their own pid,
// name and user are the truth that each captured packet is held against.
#include "catch.h"
#include "children.h"
#include "packet_builder.h"
#include "probe/netns.h"
#include "probe/skeletons.h"
#include "sandbox.h"
#include "sockets.h"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <map>
#include <thread>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

struct Seen {
    Owner sender, receiver;
    Bytes bytes;
    [[nodiscard]] std::uint16_t dns_id() const { // behind IP and UDP
        const std::size_t at = (bytes[0] >> 4 == 4 ? 20U : 40U) + 8U;
        return static_cast<std::uint16_t>(bytes.at(at) << 8 | bytes.at(at + 1));
    }
};

class Sandbox {
  public:
    using Before = std::function<void()>;
    explicit Sandbox(const CaptureConfig& capture = {}, const Before& before_attach = {})
        : probe_([&] {
              enter_network_namespace();
              if (before_attach) before_attach();
              return attach_or_skip(flavour_under_test(), capture);
          }()) {}

    // Loopback delivers in the sender's call: what a child has sent is in the ring when the child has ended.
    std::vector<Seen> drain() {
        std::vector<Seen> out;
        auto count = probe_.drain(
            [&](const Packet& p) {
                out.push_back({p.sender, p.receiver, {p.bytes.begin(), p.bytes.end()}});
            },
            1000000);
        REQUIRE(count);
        CHECK(probe_.counters().ring_full == 0);
        return out;
    }
    Probe& probe() { return probe_; }

  private:
    Probe probe_;
};

// The socket cookie alone cannot tell who uses an inherited socket.
bool knows_each_sender() {
    return flavour_under_test() != OwnerFlavour::kCookie;
}
bool knows_leader() {
    return flavour_under_test() != OwnerFlavour::kCookie;
}

// Before 5.14 a process cannot learn its own namespace's cookie.
bool numbers_namespaces() {
    return flavour_under_test() != OwnerFlavour::kCookie || own_netns_cookie().has_value();
}

void check_owner(const Owner& owner, std::uint32_t pid, const char* name) {
    CHECK(owner.pid == pid);
    CHECK(comm_view(owner.thread_name) == name);
    CHECK(owner.known());
    if (knows_leader()) CHECK(owner.start_ns != 0);
}

const Bytes kQuery = dns_query(7);

} // namespace

TEST_CASE("UDP: connected, unconnected, sendmsg, sendmmsg, IPv6 and IPv4-mapped") {
    Sandbox sandbox;
    struct Row {
        const char* name;
        std::function<void()> body;
    };
    const Row rows[] = {
        {"connected v4",
         [] {
             const Fd fd = make_socket(AF_INET, SOCK_DGRAM);
             connect_to(fd, address("127.0.0.1", 53));
             send_on(fd, kQuery);
         }},
        {"sendto v4", [] { send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address("127.0.0.1", 53)); }},
        {"connected v6",
         [] {
             const Fd fd = make_socket(AF_INET6, SOCK_DGRAM);
             connect_to(fd, address("::1", 53));
             send_on(fd, kQuery);
         }},
        {"sendto v6", [] { send_to(make_socket(AF_INET6, SOCK_DGRAM), kQuery, address("::1", 53)); }},
        {"mapped sendto", [] { send_to(make_socket(AF_INET6, SOCK_DGRAM), kQuery, address("::ffff:127.0.0.1", 53)); }},
        {"mapped connect",
         [] {
             const Fd fd = make_socket(AF_INET6, SOCK_DGRAM);
             connect_to(fd, address("::ffff:127.0.0.1", 53));
             send_on(fd, kQuery);
         }},
        {"sendmmsg",
         [] {
             const Fd fd = make_socket(AF_INET, SOCK_DGRAM);
             SocketName to = address("127.0.0.1", 53);
             Bytes query = kQuery;
             iovec data{query.data(), query.size()};
             mmsghdr message{};
             message.msg_hdr.msg_name = to.get();
             message.msg_hdr.msg_namelen = to.bytes;
             message.msg_hdr.msg_iov = &data;
             message.msg_hdr.msg_iovlen = 1;
             must(::sendmmsg(fd.get(), &message, 1, 0) == 1, "sendmmsg");
         }},
        {"bound source",
         [] {
             const Fd fd = bound(SOCK_DGRAM, address("127.0.0.9", 4444));
             send_to(fd, kQuery, address("127.0.0.1", 53));
         }},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        const std::uint32_t pid = run_child(row.name, row.body);
        const auto seen = sandbox.drain();
        REQUIRE(seen.size() == 1);
        check_owner(seen[0].sender, pid, row.name);
        CHECK(seen[0].sender.attribution == Attribution::kExact);
        CHECK(seen[0].sender.tid == pid);
        CHECK_FALSE(seen[0].receiver.known());
    }
}

TEST_CASE("user and group are the sender's, the thread's name and the process's are told apart") {
    Sandbox sandbox;
    const std::uint32_t pid = run_child("leader", [] {
        must(::setgroups(0, nullptr) == 0 && ::setgid(4321) == 0 && ::setuid(1234) == 0, "setuid");
        std::thread([] {
            ::prctl(PR_SET_NAME, "helper");
            send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address("127.0.0.1", 53));
        }).join();
    });
    const auto seen = sandbox.drain();
    REQUIRE(seen.size() == 1);
    check_owner(seen[0].sender, pid, "helper");
    CHECK(seen[0].sender.uid == 1234);
    CHECK(seen[0].sender.gid == 4321);
    CHECK(seen[0].sender.tid != pid);
    if (knows_leader()) CHECK(comm_view(seen[0].sender.process_name) == "leader");
}

TEST_CASE("a socket handed over a UNIX socket belongs to whoever sends") {
    if (!knows_each_sender()) return;
    Sandbox sandbox;
    const Fd sink = bound(SOCK_DGRAM, address("127.0.0.1", 53));
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const Fd giver(ends[0]), taker(ends[1]);
    char byte = 'x';
    iovec data{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const std::uint32_t first = run_child("giver", [&] {
        const Fd fd = make_socket(AF_INET, SOCK_DGRAM);
        connect_to(fd, address("127.0.0.1", 53));
        send_on(fd, dns_query(1));
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        const int number = fd.get();
        std::memcpy(CMSG_DATA(header), &number, sizeof(number));
        must(::sendmsg(giver.get(), &message, 0) == 1, "sendmsg");
    });
    const std::uint32_t second = run_child("taker", [&] {
        must(::recvmsg(taker.get(), &message, 0) == 1, "recvmsg");
        int number = -1;
        std::memcpy(&number, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(number));
        send_on(Fd(number), dns_query(2));
    });
    const auto seen = sandbox.drain();
    REQUIRE(seen.size() == 2);
    check_owner(seen[0].sender, first, "giver");
    check_owner(seen[1].sender, second, "taker");
}

TEST_CASE("an inherited socket belongs to whoever sends, as often as it changes hands") {
    if (!knows_each_sender()) return;
    Sandbox sandbox;
    std::map<std::uint16_t, std::uint32_t> truth;
    const Fd sink = bound(SOCK_DGRAM, address("127.0.0.1", 53)); // else the next send reports "refused"
    const Fd fd = make_socket(AF_INET, SOCK_DGRAM);
    connect_to(fd, address("127.0.0.1", 53));
    for (std::uint16_t id = 0; id < 20; ++id) {
        if (id % 2 == 0) {
            truth[id] = run_child("heir", [&] { send_on(fd, dns_query(id)); });
        } else {
            send_on(fd, dns_query(id));
            truth[id] = static_cast<std::uint32_t>(::getpid());
        }
    }
    const auto seen = sandbox.drain();
    REQUIRE(seen.size() == truth.size());
    for (const Seen& packet : seen) CHECK(packet.sender.pid == truth.at(packet.dns_id()));
}

TEST_CASE("a port that another process takes over is never mixed up") {
    Sandbox sandbox;
    for (std::uint16_t id = 0; id < 10; ++id) {
        const std::uint32_t pid = run_child("taker", [&] {
            send_to(bound(SOCK_DGRAM, address("127.0.0.1", 5555)), dns_query(id), address("127.0.0.1", 53));
        });
        const auto seen = sandbox.drain();
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].sender.pid == pid);
    }
}

TEST_CASE("a server owns its first query before it ever sends, and no more once it is closed") {
    Sandbox sandbox;
    for (const char* local : {"127.0.0.1", "0.0.0.0", "::"}) {
        INFO(local);
        Child server = Child::start("server", [&](const Child::Ready& ready) {
            const Fd fd = bound(SOCK_DGRAM, address(local, 53));
            ready();
            answer_one(fd);
            must(::pause() == 0, "pause");
        });
        const std::uint32_t client = run_child("client", [] {
            const Fd fd = make_socket(AF_INET, SOCK_DGRAM);
            connect_to(fd, address("127.0.0.1", 53));
            send_on(fd, kQuery);
            receive_one(fd);
        });
        auto seen = sandbox.drain();
        REQUIRE(seen.size() == 2);
        check_owner(seen[0].sender, client, "client");
        check_owner(seen[0].receiver, server.pid(), "server");
        CHECK(seen[0].receiver.attribution == Attribution::kListener);
        check_owner(seen[1].sender, server.pid(), "server");
        CHECK(seen[1].sender.attribution == Attribution::kExact);
        check_owner(seen[1].receiver, client, "client");

        server.kill();
        run_child("late", [] { send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address("127.0.0.1", 53)); });
        seen = sandbox.drain();
        REQUIRE(seen.size() == 1);
        CHECK_FALSE(seen[0].receiver.known());
    }
}

TEST_CASE("the same port on two addresses belongs to two servers") {
    Sandbox sandbox;
    std::map<std::string, std::uint32_t> truth;
    std::vector<Child> servers;
    for (const char* local : {"127.0.0.53", "127.0.0.54"}) {
        servers.push_back(Child::start("server", [&](const Child::Ready& ready) {
            const Fd fd = bound(SOCK_DGRAM, address(local, 53));
            ready();
            must(::pause() == 0, "pause");
        }));
        run_child("client", [&] { send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address(local, 53)); });
        const auto seen = sandbox.drain();
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].receiver.pid == servers.back().pid());
    }
}

TEST_CASE("of four SO_REUSEPORT servers the one that answered is named") {
    Sandbox sandbox;
    std::vector<Child> servers;
    for (int i = 0; i < 4; ++i) {
        servers.push_back(Child::start("server", [&](const Child::Ready& ready) {
            const Fd fd = bound(SOCK_DGRAM, address("127.0.0.1", 53), true);
            ready();
            for (;;) {
                std::array<std::uint8_t, 512> buffer{};
                SocketName from;
                from.bytes = sizeof(from.storage);
                must(::recvfrom(fd.get(), buffer.data(), buffer.size(), 0, from.get(), &from.bytes) > 0, "recvfrom");
                Bytes answer = dns_query(7);
                append16(answer, static_cast<std::size_t>(::getpid())); // the truth travels in the answer
                send_to(fd, answer, from);
            }
        }));
    }
    run_child("client", [] {
        for (int i = 0; i < 40; ++i) {
            const Fd fd = make_socket(AF_INET, SOCK_DGRAM);
            connect_to(fd, address("127.0.0.1", 53));
            send_on(fd, kQuery);
            receive_one(fd);
        }
    });
    const auto seen = sandbox.drain();
    REQUIRE(seen.size() == 80);
    for (std::size_t i = 1; i < seen.size(); i += 2) {
        const Bytes& answer = seen[i].bytes;
        const unsigned int truth = answer[answer.size() - 2] * 256U + answer.back();
        CHECK((seen[i].sender.pid & 0xffff) == truth);
    }
}

TEST_CASE("TCP: both ends of every segment, softirq's included") {
    Sandbox sandbox;
    constexpr std::size_t kAnswer = 1 << 20; // many windows: most segments leave on an acknowledgement
    for (const char* local : {"127.0.0.1", "::1"}) {
        INFO(local);
        Child server = Child::start("tcp server", [&](const Child::Ready& ready) {
            const Fd listener = bound(SOCK_STREAM, address(local, 53));
            ready();
            const Fd fd(::accept(listener.get(), nullptr, nullptr));
            receive_one(fd);
            send_on(fd, Bytes(kAnswer, 1));
            must(::shutdown(fd.get(), SHUT_WR) == 0, "shutdown");
            std::array<char, 1> end{};
            must(::read(fd.get(), end.data(), end.size()) == 0, "read");
        });
        const std::uint32_t client = run_child("tcp client", [&] {
            const Fd fd = make_socket(local[0] == ':' ? AF_INET6 : AF_INET, SOCK_STREAM);
            connect_to(fd, address(local, 53));
            send_on(fd, kQuery);
            std::array<std::uint8_t, 4096> buffer{};
            std::size_t received = 0;
            for (ssize_t n = 1; n > 0; received += static_cast<std::size_t>(n))
                n = ::read(fd.get(), buffer.data(), buffer.size());
            must(received == kAnswer, "answer");
        });
        const std::uint32_t server_pid = server.pid();
        CHECK(server.wait() == 0);
        const auto seen = sandbox.drain();
        CHECK(seen.size() > 20);
        for (const Seen& packet : seen) {
            const std::size_t at = packet.bytes[0] >> 4 == 4 ? 20 : 40;
            const bool from_server = packet.bytes[at] == 0 && packet.bytes[at + 1] == 53;
            CHECK(packet.sender.pid == (from_server ? server_pid : client));
            CHECK(packet.receiver.pid == (from_server ? client : server_pid));
        }
    }
}

TEST_CASE("the same loopback address in another network namespace is another host's") {
    Sandbox sandbox;
    Child stranger = Child::start("stranger", [&](const Child::Ready& ready) {
        enter_network_namespace();
        const Fd server = bound(SOCK_DGRAM, address("0.0.0.0", 53));
        const Fd fd = bound(SOCK_DGRAM, address("127.0.0.1", 5555));
        send_to(fd, kQuery, address("127.0.0.1", 53));
        answer_one(server);
        ready();
        must(::pause() == 0, "pause");
    });
    CHECK(sandbox.drain().empty()); // its loopback is not ours
    const std::uint32_t client = run_child(
        "client", [] { send_to(bound(SOCK_DGRAM, address("127.0.0.1", 5555)), kQuery, address("127.0.0.1", 53)); });
    const auto seen = sandbox.drain();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].sender.pid == client);
    if (numbers_namespaces()) CHECK_FALSE(seen[0].receiver.known());
}

TEST_CASE("traffic on other ports leaves no trace, capture.loopback: false none at all") {
    CaptureConfig capture;
    capture.ports = {47053}; // the hooks count for the whole host, where others may ask on port 53
    for (const bool loopback : {true, false}) {
        capture.loopback = loopback;
        Sandbox sandbox(capture);
        run_child("other", [] { send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address("127.0.0.1", 5300)); });
        CHECK(sandbox.drain().empty());
        CHECK(sandbox.probe().counters().owner_updates == 0);
        run_child("dns", [] { send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address("127.0.0.1", 47053)); });
        CHECK(sandbox.drain().size() == (loopback ? 1U : 0U));
    }
}

TEST_CASE("sockets older than the probe are known from /proc") {
    std::vector<Child> old;
    Sandbox sandbox({}, [&] {
        old.push_back(Child::start("old server", [](const Child::Ready& ready) {
            const Fd fd = bound(SOCK_DGRAM, address("127.0.0.1", 53));
            ready();
            must(::pause() == 0, "pause");
        }));
        old.push_back(Child::start("old asker", [](const Child::Ready& ready) {
            const Fd fd = bound(SOCK_DGRAM, address("127.0.0.1", 4444));
            ready();
            must(::pause() == 0, "pause");
        }));
        old.push_back(Child::start("old both ends", [](const Child::Ready& ready) {
            const Fd listener = bound(SOCK_STREAM, address("127.0.0.2", 53));
            const Fd client = make_socket(AF_INET, SOCK_STREAM);
            connect_to(client, address("127.0.0.2", 53));
            const Fd server(::accept(listener.get(), nullptr, nullptr));
            must(server.valid(), "accept");
            ready();
            must(::pause() == 0, "pause");
        }));
    });
    const HookStatus& sock_diag = sandbox.probe().plan().hooks.back();
    REQUIRE(sock_diag.name == "sock_diag");
    if (!sock_diag.attached) {
        WARN("sock_diag: " << sock_diag.problem);
        return;
    }

    run_child("client", [] { send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address("127.0.0.1", 53)); });
    auto seen = sandbox.drain();
    REQUIRE(seen.size() == 1);
    check_owner(seen[0].receiver, old[0].pid(), "old server");
    CHECK(seen[0].receiver.attribution == Attribution::kProcfs);

    // An answer to what was asked before the start.
    run_child("late", [] { send_to(bound(SOCK_DGRAM, address("127.0.0.3", 53)), kQuery, address("127.0.0.1", 4444)); });
    seen = sandbox.drain();
    REQUIRE(seen.size() == 1);
    check_owner(seen[0].receiver, old[1].pid(), "old asker");

    const std::uint32_t both = old[2].pid();
    old.pop_back(); // killed: its FINs pass with both ends known
    seen = sandbox.drain();
    REQUIRE_FALSE(seen.empty());
    for (const Seen& packet : seen) {
        CHECK(packet.sender.pid == both);
        CHECK(packet.receiver.pid == both);
    }

    // Ports of clients are forgotten before they can change hands unnoticed.
    sandbox.probe().resync_clock();
    run_child("later",
              [] { send_to(bound(SOCK_DGRAM, address("127.0.0.3", 53)), kQuery, address("127.0.0.1", 4444)); });
    seen = sandbox.drain();
    REQUIRE(seen.size() == 1);
    CHECK_FALSE(seen[0].receiver.known());
}

TEST_CASE("after stop_capture nothing more comes, what was taken stays") {
    Sandbox sandbox;
    const auto send = [] { send_to(make_socket(AF_INET, SOCK_DGRAM), kQuery, address("127.0.0.1", 53)); };
    run_child("before", send);
    sandbox.probe().stop_capture();
    run_child("after", send);
    CHECK(sandbox.drain().size() == 1);
    const KernelCounters counters = sandbox.probe().counters();
    CHECK(counters.matched == counters.submitted + counters.ring_full);
    CHECK(counters.submitted == 1);
}
