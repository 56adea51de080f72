// SPDX-License-Identifier: Apache-2.0
#include "batches.h"
#include "catch.h"
#include "output/journald_sink.h"
#include "temp_dir.h"

using namespace dnsmon;
using namespace dnsmon::test;

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
