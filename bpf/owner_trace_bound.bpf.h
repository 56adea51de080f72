/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bodies of the tracing flavours that work on a bound socket: who listens, who stopped listening.
 */
#ifndef DNSMON_OWNER_TRACE_BOUND_H
#define DNSMON_OWNER_TRACE_BOUND_H

#include "owner.bpf.h"
#include "socket_read.bpf.h"

#define IPPROTO_MPTCP 262

static __always_inline bool set_bound_key(struct dnsmon_owner_key *key, struct sock *sk)
{
	struct endpoint local = {};
	__u32 protocol;

	if (!sk)
		return false;
	local.port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (!is_watched_port(local.port))
		return false;
	read_local(&local, sk);
	protocol = BPF_CORE_READ(sk, sk_protocol);
	if (protocol == IPPROTO_MPTCP) /* its packets are TCP's */
		protocol = IPPROTO_TCP;
	set_listener_key(key, protocol, socket_netns(sk), &local);
	return true;
}

/*
 * A bind that succeeded, or a TCP socket that listens from now on (a multipath TCP server's was bound in the kernel): a
 * server's first query comes before it has ever sent.
 */
static __always_inline void on_bound(struct sock *sk)
{
	struct dnsmon_owner_entry entry = {};
	struct dnsmon_owner_key key = {};

	if (!set_bound_key(&key, sk))
		return;
	set_current_owner(&entry, socket_name(sk));
	remember_listener(&key, &entry);
}

static __always_inline void on_release(struct sock *sk)
{
	struct dnsmon_owner_key key = {}, *bound;
	__u64 socket;

	if (!sk)
		return;
	socket = socket_name(sk);
	bound = bpf_map_lookup_elem(&listeners, &socket);
	if (bound) /* connect() may have given it an address since; who asked a group has no watched port */
		key = *bound;
	else if (!set_bound_key(&key, sk))
		return;
	forget_listener(&key, socket);
}

#endif
