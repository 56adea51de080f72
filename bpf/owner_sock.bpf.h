/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bodies of the cgroup flavours that work on a bound socket (struct bpf_sock): who listens, who stopped listening.
 */
#ifndef DNSMON_OWNER_SOCK_H
#define DNSMON_OWNER_SOCK_H

#include "asker.bpf.h"
#include "owner.bpf.h"
#include "packet.bpf.h"

static __always_inline void set_bound_endpoint(struct endpoint *local, struct bpf_sock *sk, bool v6)
{
	local->port = sk->src_port;
	if (v6) {
		__be32 words[4] = { sk->src_ip6[0], sk->src_ip6[1], sk->src_ip6[2], sk->src_ip6[3] };

		address_set_v6(&local->address, words);
	} else {
		address_set_v4(&local->address, sk->src_ip4);
	}
}

/* What `sk` sends to a group is a question that anybody may answer. A function of its own, for the stack. */
static __noinline int enter_asker(struct bpf_sock *sk, __u32 netns, struct dnsmon_owner_entry *entry)
{
	__be32 v4 = sk->src_ip4, v6[4] = { sk->src_ip6[0], sk->src_ip6[1], sk->src_ip6[2], sk->src_ip6[3] };
	struct endpoint local = { .port = sk->src_port };

	compiler_barrier(); /* clang would choose the address first and read then, which the verifier refuses */
	if (sk->family == AF_INET6)
		address_set_v6(&local.address, v6);
	else
		address_set_v4(&local.address, v4);
	remember_asker(netns, &local, entry);
	return 0;
}

static __always_inline void on_sent_to_group(const struct packet *packet, struct bpf_sock *sk, __u32 netns,
					     struct dnsmon_owner_entry *entry)
{
	if (packet->protocol == IPPROTO_UDP && address_is_group(&packet->destination.address))
		enter_asker(sk, netns, entry);
}

static __always_inline void on_post_bind(struct bpf_sock *sk, bool v6, __u32 netns)
{
	struct dnsmon_owner_entry entry = {};
	struct dnsmon_owner_key key = {};
	struct endpoint local = {};
	__u64 cookie;

	if (!is_watched_port(sk->src_port))
		return;
	cookie = bpf_get_socket_cookie(sk);
	set_bound_endpoint(&local, sk, v6);
	set_listener_key(&key, sk->protocol, netns, &local);
	set_current_owner(&entry, cookie);
	remember_listener(&key, &entry);
}

static __always_inline void on_sock_release(struct bpf_sock *sk)
{
	__u64 cookie = bpf_get_socket_cookie(sk);
	struct dnsmon_owner_key *bound = bpf_map_lookup_elem(&listeners, &cookie);
	struct dnsmon_owner_key key;

	if (!bound)
		return;
	key = *bound;
	forget_listener(&key, cookie);
}

#endif
