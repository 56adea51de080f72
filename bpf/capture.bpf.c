// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The capture: a socket filter on AF_PACKET sockets of type SOCK_DGRAM, whose skbs begin at the network header on every
 * kind of device. It copies DNS packets into the ring and returns 0: nothing is ever queued on the socket itself.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "dnsmon_abi.h"
#include "group.bpf.h"
#include "maps.bpf.h"
#include "packet.bpf.h"
#include "take.bpf.h"

#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88a8
#define PACKET_BROADCAST 1
#define PACKET_OTHERHOST 3
#define PACKET_OUTGOING 4
#define MAX_VLAN_TAGS 2

/* Namespace of the packet sockets, as the owner hooks number it: set when these are attached. */
volatile __u32 capture_netns;

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

static __always_inline void take(struct __sk_buff *skb, __u16 ethertype, __u8 flags, const struct packet *packet)
{
	struct dnsmon_record record = { .ethertype = ethertype, .flags = flags };

	complete(skb, packet, capture_netns, &record);
}

/*
 * Comes to a group: no address of this host, yet for whoever listens on the port here. Of what leaves to a group the
 * listener is mostly the sender itself. A broadcast to one network is known by its frame.
 */
static __always_inline bool comes_to_group(struct __sk_buff *skb, const struct packet *packet)
{
	__u32 type = skb->pkt_type;

	if (type == PACKET_OUTGOING || type == PACKET_OTHERHOST)
		return false;
	return type == PACKET_BROADCAST || address_is_group(&packet->destination.address);
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
	if (!parse_packet(skb, ethertype, &packet) || !is_dns(skb, &packet))
		return 0;
	if (flags & DNSMON_RECORD_LOOPBACK) /* both ends are here, whatever their addresses (local routes, translation) */
		packet.source.here = packet.destination.here = !address_is_group(&packet.destination.address);
	else
		packet.destination.here = comes_to_group(skb, &packet);
	take(skb, ethertype, flags, &packet);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
