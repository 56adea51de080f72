/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A glance at a packet where its bytes can be read directly (cgroup_skb): nearly all of a host's packets are not DNS,
 * and each of them passes egress. Without a helper, a few loads tell most of them.
 */
#ifndef DNSMON_GLANCE_H
#define DNSMON_GLANCE_H

#include "packet.bpf.h"

/* False: whoever wants to know parses it. Begins at the network header, as cgroup_skb sees packets. */
static __always_inline bool is_surely_not_dns(struct __sk_buff *skb)
{
	const void *data = (const void *)(long)skb->data, *end = (const void *)(long)skb->data_end;
	const struct ipv4_header *v4 = data;
	const struct ipv6_header *v6 = data;
	const __be16 *ports;

	if (any_port)
		return false;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		ports = (const void *)(v4 + 1);
		if ((const void *)(ports + 2) > end || v4->version_ihl != 0x45 || !is_transport(v4->protocol) ||
		    (v4->flags_offset & bpf_htons(0x1fff)))
			return false;
	} else {
		ports = (const void *)(v6 + 1);
		if (skb->protocol != bpf_htons(ETH_P_IPV6) || (const void *)(ports + 2) > end || !is_transport(v6->next))
			return false;
	}
	return !is_dns_port(bpf_ntohs(ports[0])) && !is_dns_port(bpf_ntohs(ports[1]));
}

#endif
