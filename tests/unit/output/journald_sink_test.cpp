// SPDX-License-Identifier: Apache-2.0
#include "batches.h"
#include "catch.h"
#include "output/journald_sink.h"
#include "temp_dir.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

/// Listens as journald does, and reads only when told to.
class SilentJournald {
  public:
    explicit SilentJournald(const std::string& path) : fd_(make_socket()) {
        address_.sun_family = AF_UNIX;
        std::strncpy(address_.sun_path, path.c_str(), sizeof address_.sun_path - 1);
        REQUIRE(::bind(fd_.get(), address(), sizeof address_) == 0);
    }
    void fill() {
        const Fd sender = make_socket();
        while (::sendto(sender.get(), "x", 1, MSG_DONTWAIT, address(), sizeof address_) == 1) {
        }
        REQUIRE(errno == EAGAIN);
    }
    void read_all() {
        char byte = 0;
        while (::recv(fd_.get(), &byte, 1, MSG_DONTWAIT) >= 0) {
        }
    }

  private:
    static Fd make_socket() { return Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }
    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }

    sockaddr_un address_{};
    Fd fd_;
};

} // namespace

TEST_CASE("a journald that is not there is an outage, not a success") {
    TempDir dir;
    JournaldSink sink(dir / "socket");
    CHECK(sink.wants_journal_fields());
    const auto outcome = sink.write(numbered(0, 3));
    CHECK(outcome.written == 0);
    CHECK(outcome.dropped == 3);
    CHECK(outcome.reason == DropReason::kUnavailable);
    CHECK(outcome.detail == "sending to journald: No such file or directory");
}

TEST_CASE("a journald that hangs is an outage, and over when it reads again") {
    TempDir dir;
    SilentJournald journald(dir / "socket");
    JournaldSink sink(dir / "socket", std::chrono::milliseconds(1));
    CHECK(sink.write(numbered(0, 3)).written == 3); // without entries (text format) nothing is sent
    journald.fill();
    Batch batch = numbered(0, 2);
    for (EncodedEvent& event : batch.events) event.journal_bytes = 1;
    batch.journal.put('x');
    const auto outcome = sink.write(batch);
    CHECK(outcome.dropped == 2);
    CHECK(outcome.reason == DropReason::kUnavailable);
    CHECK(outcome.detail == "sending to journald: Connection timed out");
    journald.read_all();
    CHECK(sink.write(numbered(0, 3)).reason == DropReason::kNone);
}

TEST_CASE("a socket that nobody reads any more is an outage") {
    TempDir dir;
    { SilentJournald journald(dir / "socket"); }
    JournaldSink sink(dir / "socket");
    CHECK(sink.write(numbered(0, 1)).detail == "sending to journald: Connection refused");
    std::filesystem::remove(dir / "socket");
    SilentJournald again(dir / "socket");
    CHECK(sink.write(numbered(0, 1)).written == 1);
}
