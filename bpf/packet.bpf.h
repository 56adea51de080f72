/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From an skb whose data begins at the network header to the flow of a UDP or TCP packet. Shared by the capture filter
 * and cgroup_skb/egress, which both see skbs that way. Other people's packets leave after one load and one port test.
 */
#ifndef DNSMON_PACKET_H
#define DNSMON_PACKET_H

#include "address.bpf.h"

#define IPPROTO_HOPOPTS 0
#define IPPROTO_ROUTING 43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_AH 51
#define IPPROTO_DSTOPTS 60
#define IPPROTO_MH 135
#define MAX_EXTENSION_HEADERS 6

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

struct ipv6_header { /* RFC 8200 3 */
	__be32 version_class_flow;
	__be16 payload_bytes;
	__u8 next;
	__u8 hop_limit;
	__be32 source[4];
	__be32 destination[4];
};

struct extension_header { /* RFC 8200 4.3 ff.; of a fragment header the last two members are used */
	__u8 next;
	__u8 length;
	__be16 offset_flags;
	__be32 id;
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

/* Walks to the transport header, or to the fragment header of a later fragment. */
static __always_inline bool skip_extensions(struct __sk_buff *skb, struct packet *packet)
{
	struct extension_header extension;

	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		__u8 kind = packet->protocol;

		if (is_transport(kind))
			return true;
		if (kind != IPPROTO_HOPOPTS && kind != IPPROTO_ROUTING && kind != IPPROTO_FRAGMENT &&
		    kind != IPPROTO_AH && kind != IPPROTO_DSTOPTS && kind != IPPROTO_MH)
			return false;
		if (bpf_skb_load_bytes(skb, packet->transport, &extension, sizeof(extension)))
			return false;
		packet->protocol = extension.next;
		if (kind == IPPROTO_FRAGMENT) {
			__u16 offset = bpf_ntohs(extension.offset_flags);

			packet->transport += sizeof(extension);
			packet->fragment_id = extension.id;
			if (offset & 0xfff8) {
				packet->fragment = FRAGMENT_LATER;
				return true;
			}
			if (offset & 1) /* else an atomic fragment, RFC 6946: whole */
				packet->fragment = FRAGMENT_FIRST;
		} else if (kind == IPPROTO_AH) { /* RFC 4302 2.2: counted in 4 bytes, minus 2 */
			packet->transport += (extension.length + 2) * 4;
		} else {
			packet->transport += (extension.length + 1) * 8;
		}
	}
	return is_transport(packet->protocol);
}

static __always_inline bool parse_ipv6(struct __sk_buff *skb, struct packet *packet)
{
	struct {
		struct ipv6_header ip;
		__be16 ports[2];
	} head = {};

	if (bpf_skb_load_bytes(skb, packet->start, &head, sizeof(head)))
		return false;
	if ((head.ip.version_class_flow & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000))
		return false;
	packet->protocol = head.ip.next;
	packet->transport = packet->start + sizeof(head.ip);
	packet->end = head.ip.payload_bytes ? packet->transport + bpf_ntohs(head.ip.payload_bytes) : skb->len;
	if (!is_transport(head.ip.next)) {
		if (!skip_extensions(skb, packet))
			return false;
		if (packet->fragment != FRAGMENT_LATER &&
		    bpf_skb_load_bytes(skb, packet->transport, head.ports, sizeof(head.ports)))
			return false;
	}
	if (packet->fragment != FRAGMENT_LATER)
		set_ports(packet, head.ports);
	address_set_v6(&packet->source.address, head.ip.source);
	address_set_v6(&packet->destination.address, head.ip.destination);
	return true;
}

/* `packet` zeroed but for `start`. False: not a UDP or TCP packet. */
static __always_inline bool parse_packet(struct __sk_buff *skb, __u16 ethertype, struct packet *packet)
{
	if (ethertype == ETH_P_IP)
		return parse_ipv4(skb, packet);
	return ethertype == ETH_P_IPV6 && parse_ipv6(skb, packet);
}

#endif
