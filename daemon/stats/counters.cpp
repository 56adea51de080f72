// SPDX-License-Identifier: Apache-2.0
#include "stats/counters.h"

namespace dnsmon {

const std::array<CounterInfo, static_cast<std::size_t>(Counter::kCount)> kCounterTable{{
    {Counter::kPacketsReceived, "packets_received", "packets taken from the kernel's ring or from a capture file"},
    {Counter::kPacketsMessage, "packets_message", "UDP datagrams that held a DNS message"},
    {Counter::kPacketsStream, "packets_stream", "TCP segments that went into a stream of DNS messages"},
    {Counter::kPacketsFragment, "packets_fragment", "IP fragments, but for the one that completes its datagram"},
    {Counter::kPacketsControl, "packets_control", "TCP segments without data"},
    {Counter::kPacketsDuplicate, "packets_duplicate", "packets seen before on another interface of this host"},
    {Counter::kPacketsNotDns, "packets_not_dns", "packets that hold something else than DNS"},
    {Counter::kPacketsMalformed, "packets_malformed", "packets whose IP, UDP or TCP header cannot be true"},
    {Counter::kMessagesFound, "messages_found", "DNS messages in datagrams and streams"},
    {Counter::kTimeouts, "timeouts", "queries that no answer came for"},
    {Counter::kEventsFiltered, "events_filtered", "events that the configuration's filter keeps out"},
    {Counter::kEventsEncoded, "events_encoded", "events handed to the writer"},
    {Counter::kFragmentsExpired, "fragments_expired", "fragments whose datagram never became whole in time"},
    {Counter::kFragmentsEvicted, "fragments_evicted", "fragments given up for want of room, or that contradict others"},
    {Counter::kStreamsEvicted, "streams_evicted", "TCP streams given up for want of room"},
    {Counter::kStreamGaps, "stream_gaps", "times that bytes of a TCP stream were missing"},
    {Counter::kStreamBytesLost, "stream_bytes_lost", "bytes of TCP streams that were never seen or were given up"},
    {Counter::kStreamsNotDns, "streams_not_dns", "TCP streams that hold something else than DNS"},
    {Counter::kRetransmits, "retransmits", "queries that were sent again"},
    {Counter::kUnsolicited, "unsolicited", "responses to no query that waits for one"},
    {Counter::kPairingEvicted, "pairing_evicted", "unanswered queries forgotten for want of room"},
    {Counter::kDecodeErrors, "decode_errors", "messages that were damaged"},
    {Counter::kDetailsRead, "details_read", "processes whose details were read from /proc"},
    {Counter::kDetailsGone, "details_gone", "processes that were gone before their details could be read"},
    {Counter::kUnattributed, "unattributed", "events without a process"},
}};

} // namespace dnsmon
