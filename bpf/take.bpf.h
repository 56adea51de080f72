/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is it DNS, and whose? What every program does that hands packets to the ring.
 */
#ifndef DNSMON_TAKE_H
#define DNSMON_TAKE_H

#include "content_flow.bpf.h"
#include "fragment.bpf.h"
#include "lookup.bpf.h"
#include "submit.bpf.h"

const volatile bool skip_loopback;
volatile bool egress_names_sender; /* the owner hooks fill `sent`: set when they are attached */

/* Payload, or the beginning or end of a connection: bare acknowledgements carry nothing. */
static __always_inline bool tcp_matters(struct __sk_buff *skb, const struct packet *packet)
{
	const __u8 fin_syn_rst = 7;
	__u8 offset_flags[2]; /* RFC 9293 3.1, bytes 12 and 13 */

	if (bpf_skb_load_bytes(skb, packet->transport + 12, offset_flags, sizeof(offset_flags)))
		return false;
	return (offset_flags[1] & fin_syn_rst) || segment_has_payload(packet, offset_flags[0]);
}

static __always_inline bool opens_connection(struct __sk_buff *skb, const struct packet *packet)
{
	const __u8 syn = 2, ack = 16;
	__u8 flags;

	return packet->protocol == IPPROTO_TCP &&
	       !bpf_skb_load_bytes(skb, packet->transport + 13, &flags, sizeof(flags)) && (flags & (syn | ack)) == syn;
}

static __always_inline bool is_dns(struct __sk_buff *skb, const struct packet *packet)
{
	bool dns;

	if (packet->fragment == FRAGMENT_LATER)
		return later_fragment_is_dns(packet);
	dns = has_dns_port(packet) || (any_port && content_is_dns(skb, packet));
	if (packet->fragment == FRAGMENT_FIRST)
		remember_first_fragment(packet, dns);
	else if (dns && packet->protocol == IPPROTO_TCP)
		return tcp_matters(skb, packet);
	return dns;
}

static __always_inline __u32 find_sender(struct __sk_buff *skb, const struct packet *packet, __u32 netns,
					 struct dnsmon_owner *sender)
{
	struct dnsmon_owner_key key = {};

	if (!egress_names_sender)
		return find_owner(sender, packet->protocol, netns, &packet->source, &packet->destination);
	set_key(&key, packet->protocol, netns, &packet->source, &packet->destination);
	if (find_sent(skb, sender, packet_digest(skb, packet, &key)))
		return DNSMON_MATCH_EXACT;
	/* A datagram leaves in its sender's call or not at all; only what was segmented since looks different. */
	if (packet->protocol == IPPROTO_UDP)
		return find_sent(skb, sender, flow_digest(&key)) ? DNSMON_MATCH_EXACT : DNSMON_MATCH_NONE;
	return find_owner(sender, packet->protocol, netns, &packet->source, &packet->destination);
}

/* `netns` numbers the namespace as the owner hooks do. `record` has what its program knows: ethertype and flags, the
 * sender where it need not be looked for. */
static __always_inline void complete(struct __sk_buff *skb, const struct packet *packet, __u32 netns,
				     struct dnsmon_record *record)
{
	count(DNSMON_COUNTER_MATCHED);
	if (packet->fragment != FRAGMENT_NONE)
		count(DNSMON_COUNTER_FRAGMENTS);
	record->time_ns = bpf_ktime_get_ns();
	record->ifindex = skb->ifindex;
	if (packet->protocol == IPPROTO_UDP)
		record->datagram_bytes = skb->gso_size;
	if (packet->fragment != FRAGMENT_LATER) {
		if (opens_connection(skb, packet))
			forget_connection(netns, &packet->destination, &packet->source);
		if (!record->sender_match)
			record->sender_match = find_sender(skb, packet, netns, &record->sender);
		record->receiver_match = find_owner(&record->receiver, packet->protocol, netns, &packet->destination,
						    &packet->source);
	}
	submit(skb, packet->start, record);
}

#endif
