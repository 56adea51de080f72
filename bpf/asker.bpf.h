/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who asked a group. Answers come from other addresses than the question went to: the asker's socket is entered as the
 * owner of its port, like a server's, and its entry goes with it. It has one: by the address that it is bound to.
 */
#ifndef DNSMON_ASKER_H
#define DNSMON_ASKER_H

#include "group.bpf.h"
#include "owner.bpf.h"

/* `local`: what the socket is bound to, mostly "any". A watched port's owner is known already (remember_server). */
static __always_inline void remember_asker(__u32 netns, const struct endpoint *local, struct dnsmon_owner_entry *entry)
{
	struct dnsmon_owner_key *known, key = {};

	if (!entry->socket || !local->port || is_dns_port(local->port))
		return;
	known = bpf_map_lookup_elem(&listeners, &entry->socket);
	if (known)
		key = *known;
	else
		set_listener_key(&key, IPPROTO_UDP, netns, local);
	remember_listener(&key, entry);
}

#endif
