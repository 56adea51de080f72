/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From an skb whose data begins at the network header to the flow of a UDP or TCP packet. Shared by the capture filter
 * and cgroup_skb/egress, which both see skbs that way. Other people's packets leave after one load and one port test.
 */
#ifndef DNSMON_PACKET_H
#define DNSMON_PACKET_H

#include "address.bpf.h"

enum fragment { FRAGMENT_NONE, FRAGMENT_FIRST, FRAGMENT_LATER };

struct packet {
	struct endpoint source;
	struct endpoint destination; /* ports are zero in later fragments */
	__u32 start;                 /* network header, from skb->data */
	__u32 transport;             /* transport header, from skb->data */
	__u32 end;                   /* of the IP packet, from skb->data; padding lies behind it */
	__u32 fragment_id;
	__u8 protocol;
	__u8 fragment; /* enum fragment */
};

struct ipv4_header { /* RFC 791 3.1 */
	__u8 version_ihl;
	__u8 tos;
	__be16 total_bytes;
	__be16 id;
	__be16 flags_offset;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

static __always_inline bool is_transport(__u8 protocol)
{
	return protocol == IPPROTO_UDP || protocol == IPPROTO_TCP;
}

static __always_inline void set_ports(struct packet *packet, const __be16 *ports)
{
	packet->source.port = bpf_ntohs(ports[0]);
	packet->destination.port = bpf_ntohs(ports[1]);
}

static __always_inline bool has_dns_port(const struct packet *packet)
{
	return is_dns_port(packet->source.port) || is_dns_port(packet->destination.port);
}

static __always_inline bool parse_ipv4(struct __sk_buff *skb, struct packet *packet)
{
	struct {
		struct ipv4_header ip;
		__be16 ports[2];
	} head = {};
	__u32 header_bytes, offset, total;

	/* The last fragment of a datagram may be shorter than the ports. */
	if (bpf_skb_load_bytes(skb, packet->start, &head, sizeof(head)) &&
	    bpf_skb_load_bytes(skb, packet->start, &head, sizeof(head.ip)))
		return false;
	if (!is_transport(head.ip.protocol))
		return false;
	header_bytes = (head.ip.version_ihl & 15) * 4;
	if (head.ip.version_ihl >> 4 != 4 || header_bytes < sizeof(head.ip))
		return false;

	packet->protocol = head.ip.protocol;
	packet->transport = packet->start + header_bytes;
	total = bpf_ntohs(head.ip.total_bytes);
	packet->end = total ? packet->start + total : skb->len; /* 0: larger than 64 KiB, segmented later */
	offset = bpf_ntohs(head.ip.flags_offset);
	if (offset & 0x1fff) {
		packet->fragment = FRAGMENT_LATER;
	} else {
		if (offset & 0x2000)
			packet->fragment = FRAGMENT_FIRST;
		if (header_bytes != sizeof(head.ip) &&
		    bpf_skb_load_bytes(skb, packet->transport, head.ports, sizeof(head.ports)))
			return false;
		set_ports(packet, head.ports);
	}
	packet->fragment_id = head.ip.id;
	address_set_v4(&packet->source.address, head.ip.source);
	address_set_v4(&packet->destination.address, head.ip.destination);
	return true;
}

#include "ipv6.bpf.h"

/* `packet` zeroed but for `start`. False: not a UDP or TCP packet. */
static __always_inline bool parse_packet(struct __sk_buff *skb, __u16 ethertype, struct packet *packet)
{
	if (ethertype == ETH_P_IP)
		return parse_ipv4(skb, packet);
	return ethertype == ETH_P_IPV6 && parse_ipv6(skb, packet);
}

/* `offset`: of the segment's payload, as its header has it (RFC 9293 3.1, byte 12). */
static __always_inline bool segment_has_payload(const struct packet *packet, __u8 offset)
{
	return packet->transport + (offset >> 4) * 4 < packet->end;
}

/* A datagram, or a segment with payload: who opens, acknowledges or ends a connection has said nothing. */
static __always_inline bool says_something(struct __sk_buff *skb, const struct packet *packet)
{
	__u8 offset;

	if (packet->protocol != IPPROTO_TCP)
		return true;
	return !bpf_skb_load_bytes(skb, packet->transport + 12, &offset, sizeof(offset)) &&
	       segment_has_payload(packet, offset);
}

#endif
