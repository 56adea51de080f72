/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Later fragments have no ports: they follow the verdict on their first. One that comes before its first is taken on
 * suspicion, for it may be DNS; the verdict "not DNS" is remembered too, so that other people's datagrams
 * are not taken for early ones.
 */
#ifndef DNSMON_FRAGMENT_H
#define DNSMON_FRAGMENT_H

#include "packet.bpf.h"

struct fragment_key {
	struct address source;
	struct address destination;
	__u32 id;
	__u32 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct fragment_key);
	__type(value, __u8); /* is it DNS? */
} fragments SEC(".maps");

static __always_inline void set_fragment_key(struct fragment_key *key, const struct packet *packet)
{
	key->source = packet->source.address;
	key->destination = packet->destination.address;
	key->id = packet->fragment_id;
	/* RFC 791 counts per protocol. In IPv6 only the first fragment shows what comes after all extension headers. */
	key->protocol = key->source.word[2] == bpf_htonl(0xffff) ? packet->protocol : 0;
}

static __always_inline void remember_first_fragment(const struct packet *packet, bool dns)
{
	struct fragment_key key = {};
	__u8 verdict = dns;

	set_fragment_key(&key, packet);
	bpf_map_update_elem(&fragments, &key, &verdict, BPF_ANY);
}

static __always_inline bool later_fragment_is_dns(const struct packet *packet)
{
	struct fragment_key key = {};
	__u8 *verdict;

	set_fragment_key(&key, packet);
	verdict = bpf_map_lookup_elem(&fragments, &key);
	if (verdict)
		return *verdict;
	if (packet->protocol == IPPROTO_TCP)
		return false; /* path MTU discovery keeps TCP whole */
	count(DNSMON_COUNTER_FRAGMENTS_EARLY);
	return true;
}

#endif
