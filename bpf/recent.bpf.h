/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who sent the packet that this CPU is sending now. Two processes that share a socket and send at the same instant have
 * one flow, thus one entry in the owners map; here each packet finds its own sender, for it reaches the capture filter
 * in the call that passed the egress hook. Where it does not (another CPU, a queue), the owners map answers.
 */
#ifndef DNSMON_RECENT_H
#define DNSMON_RECENT_H

#include "packet.bpf.h"

struct recent_sender {
	__u64 writes;
	__u64 fingerprint; /* of the packet; 0: being written */
	struct dnsmon_owner owner;
	struct dnsmon_owner_key key;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct recent_sender);
} recent SEC(".maps");

#define compiler_barrier() asm volatile("" ::: "memory")

/* A DNS message's id and counts, a segment's numbers: what tells one packet of a flow from the next. */
static __always_inline __u64 packet_fingerprint(struct __sk_buff *skb, const struct packet *packet)
{
	__u32 skip = packet->protocol == IPPROTO_UDP ? 8 : 4;
	__u64 bytes = 0;

	if (bpf_skb_load_bytes(skb, packet->transport + skip, &bytes, sizeof(bytes)))
		return 0;
	return bytes;
}

/* The writer may be preempted by another sender on its CPU: then neither's entry is believed. */
static __always_inline void remember_recent(const struct dnsmon_owner_key *key, __u64 fingerprint,
					    const struct dnsmon_owner *owner)
{
	__u32 zero = 0;
	volatile struct recent_sender *volatile_slot;
	struct recent_sender *slot = bpf_map_lookup_elem(&recent, &zero);
	__u64 ticket;

	if (!slot)
		return;
	volatile_slot = slot;
	ticket = volatile_slot->writes + 1;
	volatile_slot->writes = ticket;
	volatile_slot->fingerprint = 0;
	compiler_barrier();
	slot->owner = *owner;
	slot->key = *key;
	compiler_barrier();
	if (volatile_slot->writes == ticket)
		volatile_slot->fingerprint = fingerprint;
}

#endif
