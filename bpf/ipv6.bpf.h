/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The IPv6 half of packet.bpf.h, which includes it: the header and a bounded walk over extension headers.
 */
#ifndef DNSMON_IPV6_H
#define DNSMON_IPV6_H

#define IPPROTO_HOPOPTS 0
#define IPPROTO_ROUTING 43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_AH 51
#define IPPROTO_DSTOPTS 60
#define IPPROTO_MH 135
#define MAX_EXTENSION_HEADERS 6

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

#endif
