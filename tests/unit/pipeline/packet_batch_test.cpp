// SPDX-License-Identifier: Apache-2.0
#include "pipeline/packet_batch.h"

#include "catch.h"

using namespace dnsmon;

TEST_CASE("a batch weighs its packets, or its KiB where they are more") {
    PacketBatch batch;
    CHECK(batch.weight() == 0);
    batch.items.resize(3);
    batch.bytes.resize(300);
    CHECK(batch.weight() == 3);
    batch.bytes.resize(std::size_t{3} * 65535);
    CHECK(batch.weight() == 191);
    CHECK(batch.capacity_bytes() >= batch.bytes.size() + 3 * sizeof(PacketItem));
}
