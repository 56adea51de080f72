/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bodies of the tracing flavours: what the kernel's own functions tell about a socket and its current user. All of
 * them run in process context of the task that called send, connect, accept, bind or close.
 */
#ifndef DNSMON_OWNER_TRACE_H
#define DNSMON_OWNER_TRACE_H

#include "asker.bpf.h"
#include "owner.bpf.h"
#include "socket_read.bpf.h"

/* Functions of their own, for the stack. */
static __noinline int own(__u32 protocol, struct sock *sk, const struct endpoint *local,
				const struct endpoint *remote)
{
	struct dnsmon_owner_entry entry = {};
	struct dnsmon_owner_key key = {};
	__u32 netns = socket_netns(sk);

	set_key(&key, protocol, netns, local, remote);
	set_current_owner(&entry, socket_name(sk));
	remember(&key, &entry);
	remember_server(protocol, netns, local, &entry);
	return 0;
}

static __noinline int own_as_asker(struct sock *sk, const struct endpoint *bound)
{
	struct dnsmon_owner_entry entry = {};

	set_current_owner(&entry, socket_name(sk));
	remember_asker(socket_netns(sk), bound, &entry);
	return 0;
}

/* udp_sendmsg and udpv6_sendmsg; the latter calls the former for mapped addresses, which gives the same key. */
static __always_inline void on_udp_sendmsg(struct sock *sk, struct msghdr *msg)
{
	struct endpoint local = {}, remote = {};
	const void *name = BPF_CORE_READ(msg, msg_name);
	__be16 port = 0;

	if (name)
		bpf_probe_read_kernel(&port, sizeof(port), name + __builtin_offsetof(struct sockaddr_in, sin_port));
	else
		port = BPF_CORE_READ(sk, __sk_common.skc_dport);
	remote.port = bpf_ntohs(port);
	local.port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (!is_watched_port(remote.port) && !is_watched_port(local.port))
		return;
	read_local(&local, sk);
	if (name)
		read_destination(&remote, name);
	else
		read_peer(&remote, sk);
	if (address_is_group(&remote.address))
		own_as_asker(sk, &local);
	if (address_is_any(&local.address)) /* an IPv6 socket may send IPv4 */
		address_set_any(&local.address, &remote.address);
	own(IPPROTO_UDP, sk, &local, &remote);
}

/*
 * ip_send_skb and ip6_send_skb: the datagram is built and its source address chosen, by routing or by IP_PKTINFO. What
 * on_udp_sendmsg could only key with "any" becomes exact here.
 */
static __always_inline void on_ip_send(struct sk_buff *skb, bool v6)
{
	struct endpoint local = {}, remote = {};
	struct sock *sk = BPF_CORE_READ(skb, sk);
	unsigned char *head = BPF_CORE_READ(skb, head);
	unsigned char *network = head + BPF_CORE_READ(skb, network_header);
	__be16 ports[2];

	if (!sk || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_UDP)
		return;
	bpf_probe_read_kernel(ports, sizeof(ports), head + BPF_CORE_READ(skb, transport_header));
	local.port = bpf_ntohs(ports[0]);
	remote.port = bpf_ntohs(ports[1]);
	if (!is_watched_port(remote.port) && !is_watched_port(local.port))
		return;
	if (v6) {
		struct in6_addr pair[2]; /* RFC 8200 3: source at byte 8, destination behind it */

		bpf_probe_read_kernel(pair, sizeof(pair), network + 8);
		address_set_v6(&local.address, pair[0].s6_addr32);
		address_set_v6(&remote.address, pair[1].s6_addr32);
	} else {
		__be32 pair[2]; /* RFC 791 3.1: source at byte 12 */

		bpf_probe_read_kernel(pair, sizeof(pair), network + 12);
		address_set_v4(&local.address, pair[0]);
		address_set_v4(&remote.address, pair[1]);
	}
	own(IPPROTO_UDP, sk, &local, &remote);
}

/* tcp_sendmsg, tcp_connect (before the SYN leaves, with or without data) and what accept returned. */
static __always_inline void on_tcp(struct sock *sk)
{
	struct endpoint local = {}, remote = {};

	if (!sk)
		return;
	remote.port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	local.port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (!is_watched_port(remote.port) && !is_watched_port(local.port))
		return;
	if (!remote.port) /* not connected yet: TCP Fast Open comes back through tcp_connect */
		return;
	read_local(&local, sk);
	read_peer(&remote, sk);
	own(IPPROTO_TCP, sk, &local, &remote);
}

#endif
