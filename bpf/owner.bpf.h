/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writing to the owners map: who is current, and what it owns. Shared by every flavour.
 */
#ifndef DNSMON_OWNER_H
#define DNSMON_OWNER_H

#include "bound.bpf.h"
#include "core_compat.bpf.h"

static __always_inline bool same_entry(const struct dnsmon_owner_entry *a, const struct dnsmon_owner_entry *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;
	__u64 difference = 0;

#pragma unroll
	for (int i = 0; i < (int)(sizeof(*a) / sizeof(*x)); i++)
		difference |= x[i] ^ y[i];
	return !difference;
}

/* The task that runs now, in process context. */
static __always_inline void set_current_owner(struct dnsmon_owner_entry *entry, __u64 socket)
{
	read_current(&entry->owner);
	entry->socket = socket;
	entry->match = DNSMON_MATCH_EXACT;
}

/* Ownership changes hands as often as another process sends; the write is saved while it does not. False: nothing new. */
static __always_inline bool remember(const struct dnsmon_owner_key *key, const struct dnsmon_owner_entry *entry)
{
	struct dnsmon_owner_entry *known = bpf_map_lookup_elem(&owners, key);

	if (known && same_entry(known, entry))
		return false;
	if (bpf_map_update_elem(&owners, key, entry, BPF_ANY)) {
		count(DNSMON_COUNTER_OWNER_FAILED);
		return true;
	}
	count(DNSMON_COUNTER_OWNER_UPDATES);
	if (!known)
		count(DNSMON_COUNTER_OWNER_INSERTS);
	return true;
}

/* A socket was bound to a watched port. */
static __always_inline void remember_listener(const struct dnsmon_owner_key *key, const struct dnsmon_owner_entry *entry)
{
	remember(key, entry);
	bpf_map_update_elem(&listeners, &entry->socket, key, BPF_ANY);
}

/*
 * A server that answers owns its port, whoever bound it (socket activation, a forked worker). The entry goes with the
 * socket that answered, for others may be bound to the port; an accepted TCP socket's end is not its listener's. A UDP
 * server's socket that is older than the hooks is entered among the listeners here. A function of its own, for the stack.
 */
static __noinline int remember_server(__u32 protocol, __u32 netns, const struct endpoint *local,
					    struct dnsmon_owner_entry *entry)
{
	struct dnsmon_owner_key key = {}, *bound = NULL;
	struct dnsmon_owner_entry *known;

	if (!is_watched_port(local->port))
		return 0;
	set_listener_key(&key, protocol, netns, local);
	if (protocol == IPPROTO_UDP)
		bound = bpf_map_lookup_elem(&listeners, &entry->socket);
	if (bound)
		key = *bound;
	known = bpf_map_lookup_elem(&owners, &key);
	if (!known && !bound) { /* older than the hooks, or accepted: who is bound to "any" is known by that */
		struct dnsmon_owner_key any_key = {};

		known = find_bound_to_any(&any_key, protocol, netns, local);
		if (known)
			key = any_key;
	}
	if (!known && !is_dns_port(local->port))
		return 0; /* a client's port, most likely */
	if (protocol == IPPROTO_UDP && !bound)
		bpf_map_update_elem(&listeners, &entry->socket, &key, BPF_ANY);
	if (protocol == IPPROTO_TCP)
		entry->socket = known ? known->socket : 0;
	remember(&key, entry);
	return 0;
}

/*
 * The socket is closed: who listened there does so no more, unless another socket has taken the port since. An entry
 * that user space found in /proc may lack its socket's name (0).
 */
static __always_inline void forget_listener(const struct dnsmon_owner_key *key, __u64 socket)
{
	struct dnsmon_owner_entry *known = bpf_map_lookup_elem(&owners, key);

	bpf_map_delete_elem(&listeners, &socket);
	if (known && (known->socket == socket || !known->socket) && !bpf_map_delete_elem(&owners, key))
		count(DNSMON_COUNTER_OWNER_DELETES);
}

#endif
