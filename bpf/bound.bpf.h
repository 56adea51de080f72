/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who is bound to a port: entries of the owners map without a remote end.
 */
#ifndef DNSMON_BOUND_H
#define DNSMON_BOUND_H

#include "address.bpf.h"

static __always_inline void set_listener_key(struct dnsmon_owner_key *key, __u32 protocol, __u32 netns,
					     const struct endpoint *local)
{
	struct endpoint nobody = {};

	set_key(key, protocol, netns, local, &nobody);
}

/* Who is bound to "any" receives what comes to `local`, an IPv6 socket may take both families. `key`: of what was found. */
static __always_inline struct dnsmon_owner_entry *find_bound_to_any(struct dnsmon_owner_key *key, __u32 protocol, __u32 netns,
								    const struct endpoint *local)
{
	struct endpoint any = { .port = local->port };
	struct dnsmon_owner_entry *known;

	address_set_any(&any.address, &local->address);
	set_listener_key(key, protocol, netns, &any);
	known = bpf_map_lookup_elem(&owners, key);
	if (known || !address_is_v4(&any.address))
		return known;
	__builtin_memset(&any.address, 0, sizeof(any.address));
	set_listener_key(key, protocol, netns, &any);
	return bpf_map_lookup_elem(&owners, key);
}

#endif
