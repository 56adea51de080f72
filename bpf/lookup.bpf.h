/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose packet is it: reading the owners map for one end of a captured flow.
 */
#ifndef DNSMON_LOOKUP_H
#define DNSMON_LOOKUP_H

#include "bound.bpf.h"
#include "sent.bpf.h"

/* This host's addresses, kept by user space. Loopback need not be listed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, 1); /* BPF_F_NO_PREALLOC: most hosts have a handful */
	__type(key, struct address);
	__type(value, __u8);
} local_addresses SEC(".maps");

static __always_inline bool is_local(const struct endpoint *end)
{
	return end->here || address_is_loopback(&end->address) || bpf_map_lookup_elem(&local_addresses, &end->address);
}

/*
 * Flows outlive their sockets, and clients come back from the same port: on a datagram server's flow the owner counts
 * while its socket is open. (Where a connection has ended, the next one's SYN says so: forget_connection.)
 */
static __always_inline bool is_history(const struct dnsmon_owner_entry *entry, __u32 protocol, const struct endpoint *local)
{
	__u64 socket = entry->socket;

	return protocol == IPPROTO_UDP && socket && is_dns_port(local->port) && !bpf_map_lookup_elem(&listeners, &socket);
}

/*
 * A flow that is known whole needs no further proof. A socket that is known by its port alone, because its address is
 * "any", owns the packet only when the address is this host's: other hosts' port 53 is not our server's.
 */
static __noinline __u32 find_owner(struct dnsmon_owner *owner, __u32 protocol, __u32 netns,
				   const struct endpoint *local, const struct endpoint *remote)
{
	struct endpoint any = {};
	struct dnsmon_owner_key key = {};
	struct dnsmon_owner_entry *entry;
	__u32 match = DNSMON_MATCH_EXACT;

	set_key(&key, protocol, netns, local, remote);
	entry = bpf_map_lookup_elem(&owners, &key);
	if (entry && is_history(entry, protocol, local))
		entry = NULL;
	if (!entry) {
		if (!is_local(local))
			return DNSMON_MATCH_NONE;
		any.port = local->port;
		address_set_any(&any.address, &local->address);
		match = DNSMON_MATCH_WILDCARD;
		set_key(&key, protocol, netns, &any, remote);
		entry = bpf_map_lookup_elem(&owners, &key);
	}
	if (!entry) {
		match = DNSMON_MATCH_LISTENER;
		set_listener_key(&key, protocol, netns, local);
		entry = bpf_map_lookup_elem(&owners, &key);
	}
	if (!entry)
		entry = find_bound_to_any(&key, protocol, netns, local);
	if (!entry)
		return DNSMON_MATCH_NONE;
	*owner = entry->owner;
	return entry->match == DNSMON_MATCH_PROCFS ? DNSMON_MATCH_PROCFS : match;
}

/* A client opens a connection: what its ports' last one belonged to at the server's end is history. */
static __always_inline void forget_connection(__u32 netns, const struct endpoint *server, const struct endpoint *client)
{
	struct dnsmon_owner_key key = {};

	set_key(&key, IPPROTO_TCP, netns, server, client);
	if (!bpf_map_delete_elem(&owners, &key))
		count(DNSMON_COUNTER_OWNER_DELETES);
}

static __always_inline bool read_sent(struct dnsmon_owner *owner, __u32 index, __u64 digest)
{
	struct sent *slot = bpf_map_lookup_elem(&sent, &index);
	volatile __u64 *there;

	if (!slot || !owner)
		return false;
	there = &slot->digest;
	if (*there != digest)
		return false;
	*owner = slot->owner;
	compiler_barrier();
	if (*there != digest)
		return false;
	slot->seen = digest; /* copies of it on other interfaces may still find it, but the slot is free */
	return true;
}

static __noinline bool find_sent(struct __sk_buff *skb, struct dnsmon_owner *owner, __u64 digest)
{
	return read_sent(owner, sent_slot(skb, digest, 0), digest) || read_sent(owner, sent_slot(skb, digest, 1), digest);
}

#endif
