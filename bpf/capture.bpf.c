// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The capture: a socket filter on AF_PACKET sockets of type SOCK_DGRAM, whose skbs begin at the network header on every
 * kind of device. It copies DNS packets into the ring and returns 0: nothing is ever queued on the socket itself.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "dnsmon_abi.h"
#include "maps.bpf.h"
#include "packet.bpf.h"
#include "content_flow.bpf.h"
#include "fragment.bpf.h"
#include "lookup.bpf.h"
#include "submit.bpf.h"

#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88a8
#define PACKET_OUTGOING 4
#define LOOPBACK_IFINDEX 1 /* in every namespace, include/net/net_namespace.h */
#define MAX_VLAN_TAGS 2

const volatile bool skip_loopback;
volatile bool egress_names_sender; /* the owner hooks fill `sent`: set when they are attached */

/*
 * The outer tag has moved into the skb's metadata by now; an inner one is still in the bytes of a received packet. An
 * outgoing packet's network header is behind all tags, while skb->protocol still names them. Returns the ethertype.
 */
static __always_inline __u16 skip_vlan_tags(struct __sk_buff *skb, struct packet *packet)
{
	__u16 ethertype = bpf_ntohs(skb->protocol);

#pragma unroll
	for (int i = 0; i < MAX_VLAN_TAGS; i++) {
		__be16 tag[2]; /* control information, ethertype */

		if (ethertype != ETH_P_8021Q && ethertype != ETH_P_8021AD)
			return ethertype;
		if (skb->pkt_type == PACKET_OUTGOING) {
			__u8 version;

			if (bpf_skb_load_bytes(skb, 0, &version, sizeof(version)))
				return 0;
			return version >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6;
		}
		if (bpf_skb_load_bytes(skb, packet->start, tag, sizeof(tag)))
			return 0;
		ethertype = bpf_ntohs(tag[1]);
		packet->start += sizeof(tag);
	}
	return ethertype;
}

/* Payload, or the beginning or end of a connection: bare acknowledgements carry nothing. */
static __always_inline bool tcp_matters(struct __sk_buff *skb, const struct packet *packet)
{
	const __u8 fin_syn_rst = 7;
	__u8 offset_flags[2]; /* RFC 9293 3.1, bytes 12 and 13 */

	if (bpf_skb_load_bytes(skb, packet->transport + 12, offset_flags, sizeof(offset_flags)))
		return false;
	return (offset_flags[1] & fin_syn_rst) || packet->transport + (offset_flags[0] >> 4) * 4 < packet->end;
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

static __always_inline __u32 find_sender(struct __sk_buff *skb, const struct packet *packet, struct dnsmon_owner *sender)
{
	struct dnsmon_owner_key key = {};

	if (!egress_names_sender)
		return find_owner(sender, packet->protocol, &packet->source, &packet->destination);
	set_key(&key, packet->protocol, capture_netns, &packet->source, &packet->destination);
	if (find_sent(sender, packet_digest(skb, packet, &key)))
		return DNSMON_MATCH_EXACT;
	/* A datagram leaves in its sender's call or not at all; only what was segmented since looks different. */
	if (packet->protocol == IPPROTO_UDP)
		return find_sent(sender, flow_digest(&key)) ? DNSMON_MATCH_EXACT : DNSMON_MATCH_NONE;
	return find_owner(sender, packet->protocol, &packet->source, &packet->destination);
}

static __always_inline void take(struct __sk_buff *skb, __u16 ethertype, __u8 flags, const struct packet *packet)
{
	struct dnsmon_record record = { .ethertype = ethertype, .flags = flags };

	count(DNSMON_COUNTER_MATCHED);
	if (packet->fragment != FRAGMENT_NONE)
		count(DNSMON_COUNTER_FRAGMENTS);
	record.time_ns = bpf_ktime_get_ns();
	record.ifindex = skb->ifindex;
	if (packet->fragment != FRAGMENT_LATER) {
		if (opens_connection(skb, packet))
			forget_connection(&packet->destination, &packet->source);
		record.sender_match = find_sender(skb, packet, &record.sender);
		record.receiver_match =
			find_owner(&record.receiver, packet->protocol, &packet->destination, &packet->source);
	}
	submit(skb, packet->start, &record);
}

SEC("socket")
int dnsmon_capture(struct __sk_buff *skb)
{
	struct packet packet = {};
	__u8 flags = skb->pkt_type == PACKET_OUTGOING ? DNSMON_RECORD_OUTGOING : 0;
	__u16 ethertype;

	count(DNSMON_COUNTER_SEEN);
	if (skb->ifindex == LOOPBACK_IFINDEX) {
		/* Passes here twice, on its way out and back in: taken once, while its sender is on the CPU. */
		if (skip_loopback || !flags)
			return 0;
		flags |= DNSMON_RECORD_LOOPBACK;
	}
	ethertype = skip_vlan_tags(skb, &packet);
	if (parse_packet(skb, ethertype, &packet) && is_dns(skb, &packet))
		take(skb, ethertype, flags, &packet);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
