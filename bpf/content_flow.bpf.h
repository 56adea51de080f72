/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP connections recognised by content: what follows a message's beginning in the same direction is taken, too. A flow
 * that was recognised by mistake costs a bounded number of segments.
 */
#ifndef DNSMON_CONTENT_FLOW_H
#define DNSMON_CONTENT_FLOW_H

#include "content.bpf.h"

#define MAX_SEGMENTS 4096 /* that may follow a segment which begins with a message: a zone transfer of some MiB */

struct content_flow {
	struct address source;
	struct address destination;
	__u32 ports;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct content_flow);
	__type(value, __u32); /* segments left */
} content_flows SEC(".maps");

static __always_inline bool segment_is_dns(struct __sk_buff *skb, const struct packet *packet)
{
	struct content_flow flow = {
		.source = packet->source.address,
		.destination = packet->destination.address,
		.ports = (__u32)packet->source.port << 16 | packet->destination.port,
	};
	__u32 *left = bpf_map_lookup_elem(&content_flows, &flow);
	__u32 all = MAX_SEGMENTS;

	if (segment_begins_message(skb, packet)) {
		if (left)
			*left = all;
		else
			bpf_map_update_elem(&content_flows, &flow, &all, BPF_ANY);
		return true;
	}
	if (!left || !*left)
		return false;
	*left -= 1;
	return true;
}

static __always_inline bool content_is_dns(struct __sk_buff *skb, const struct packet *packet)
{
	return packet->protocol == IPPROTO_UDP ? datagram_is_message(skb, packet) : segment_is_dns(skb, packet);
}

#endif
