/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Does it look like DNS? With capture.detect: any-port, asked of packets on ports where nobody expects it. Only the
 * header is looked at, by the rules of daemon/dns/detect.cpp; user space reads the whole message.
 */
#ifndef DNSMON_CONTENT_H
#define DNSMON_CONTENT_H

#include "packet.bpf.h"

#define UDP_HEADER_BYTES 8

struct dns_header { /* RFC 1035 4.1.1 */
	__be16 id;
	__be16 flags;
	__be16 questions;
	__be16 answers;
	__be16 authorities;
	__be16 additionals;
};

/* `bytes`: length of the whole message. A question takes five bytes or more, a record eleven. */
static __always_inline bool plausible_header(const struct dns_header *header, __u32 bytes)
{
	__u32 flags = bpf_ntohs(header->flags);
	__u32 opcode = flags >> 11 & 15, rcode = flags & 15;
	__u32 questions = bpf_ntohs(header->questions), answers = bpf_ntohs(header->answers);
	__u32 records = answers + bpf_ntohs(header->authorities) + bpf_ntohs(header->additionals);

	if ((flags & 0x0040) || (opcode != 0 && opcode != 4 && opcode != 5)) /* Z; QUERY, NOTIFY, UPDATE */
		return false;
	if (sizeof(*header) + 5 * questions + 11 * records > bytes)
		return false;
	return flags & 0x8000 ? rcode <= 11 && questions + answers : !rcode && questions;
}

static __always_inline bool datagram_is_message(struct __sk_buff *skb, const struct packet *packet)
{
	struct {
		__be16 udp_bytes; /* of the whole datagram, where this is its first fragment */
		__be16 checksum;
		struct dns_header dns;
	} head;

	return !bpf_skb_load_bytes(skb, packet->transport + 4, &head, sizeof(head)) &&
	       bpf_ntohs(head.udp_bytes) > UDP_HEADER_BYTES &&
	       plausible_header(&head.dns, bpf_ntohs(head.udp_bytes) - UDP_HEADER_BYTES);
}

/* Does the segment begin with a length and a message's header (RFC 1035 4.2.2)? */
static __always_inline bool segment_begins_message(struct __sk_buff *skb, const struct packet *packet)
{
	struct {
		__be16 length;
		struct dns_header dns;
	} head;
	__u32 payload;
	__u8 offset;

	if (bpf_skb_load_bytes(skb, packet->transport + 12, &offset, sizeof(offset)))
		return false;
	payload = packet->transport + (offset >> 4) * 4;
	return payload + sizeof(head) <= packet->end && !bpf_skb_load_bytes(skb, payload, &head, sizeof(head)) &&
	       plausible_header(&head.dns, bpf_ntohs(head.length));
}

static __always_inline bool begins_message(struct __sk_buff *skb, const struct packet *packet)
{
	if (packet->fragment == FRAGMENT_LATER)
		return false;
	return packet->protocol == IPPROTO_UDP ? datagram_is_message(skb, packet) : segment_begins_message(skb, packet);
}

/* On a DNS port, or with any_port DNS by its looks. */
static __always_inline bool is_watched(struct __sk_buff *skb, const struct packet *packet)
{
	return has_dns_port(packet) || (any_port && begins_message(skb, packet));
}

#endif
