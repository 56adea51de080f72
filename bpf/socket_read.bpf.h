/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tracing flavours read from a struct sock and a sockaddr.
 */
#ifndef DNSMON_SOCKET_READ_H
#define DNSMON_SOCKET_READ_H

#include "address.bpf.h"

static __always_inline __u32 socket_netns(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* The socket's inode number, which sock_diag knows, too. An address would come back with the next socket. 0: none yet. */
static __always_inline __u64 socket_name(struct sock *sk)
{
	struct socket *socket = BPF_CORE_READ(sk, sk_socket);
	struct socket_alloc *with_inode;

	if (!socket)
		return 0;
	with_inode = (void *)socket - bpf_core_field_offset(struct socket_alloc, socket);
	return BPF_CORE_READ(with_inode, vfs_inode.i_ino);
}

static __always_inline void read_local(struct endpoint *local, struct sock *sk)
{
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6) {
		struct in6_addr v6 = BPF_CORE_READ(sk, __sk_common.skc_v6_rcv_saddr);

		address_set_v6(&local->address, v6.s6_addr32);
	} else {
		address_set_v4(&local->address, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
	}
}

static __always_inline void read_peer(struct endpoint *remote, struct sock *sk)
{
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6) {
		struct in6_addr v6 = BPF_CORE_READ(sk, __sk_common.skc_v6_daddr);

		address_set_v6(&remote->address, v6.s6_addr32);
	} else {
		address_set_v4(&remote->address, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	}
}

static __always_inline void read_destination(struct endpoint *remote, const void *name)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	bpf_probe_read_kernel(&v4, sizeof(v4), name);
	if (v4.sin_family == AF_INET6) {
		bpf_probe_read_kernel(&v6, sizeof(v6), name);
		address_set_v6(&remote->address, v6.sin6_addr.s6_addr32);
	} else { /* AF_INET, or AF_UNSPEC which udp_sendmsg takes for it */
		address_set_v4(&remote->address, v4.sin_addr);
	}
}

#endif
