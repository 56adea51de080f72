// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Owner hooks, fentry flavour: trampolines, the cheapest way in. The bodies are owner_trace.bpf.h's.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "dnsmon_abi.h"
#include "maps.bpf.h"
#include "owner_trace.bpf.h"
#include "owner_trace_bound.bpf.h"

SEC("?fentry/udp_sendmsg")
int BPF_PROG(udp_sendmsg, struct sock *sk, struct msghdr *msg)
{
	on_udp_sendmsg(sk, msg);
	return 0;
}

SEC("?fentry/udpv6_sendmsg")
int BPF_PROG(udpv6_sendmsg, struct sock *sk, struct msghdr *msg)
{
	on_udp_sendmsg(sk, msg);
	return 0;
}

SEC("?fentry/tcp_sendmsg")
int BPF_PROG(tcp_sendmsg, struct sock *sk)
{
	on_tcp(sk);
	return 0;
}

SEC("?fentry/ip_send_skb")
int BPF_PROG(ip_send_skb, struct net *net, struct sk_buff *skb)
{
	on_ip_send(skb, false);
	return 0;
}

SEC("?fentry/ip6_send_skb")
int BPF_PROG(ip6_send_skb, struct sk_buff *skb)
{
	on_ip_send(skb, true);
	return 0;
}

SEC("?fentry/tcp_connect")
int BPF_PROG(tcp_connect, struct sock *sk)
{
	on_tcp(sk);
	return 0;
}

SEC("?fexit/inet_csk_accept")
int inet_csk_accept(unsigned long long *ctx)
{
	on_tcp(accepted_socket(ctx));
	return 0;
}

static __always_inline void on_bind_exit(struct socket *socket, int result)
{
	if (!result)
		on_bound(BPF_CORE_READ(socket, sk));
}

/*
 * A kernel that preempts itself may put a task aside within a program, and lets whoever calls the function next on that
 * CPU pass without it (recursion_misses). A send comes again; a bind and a release do not, so two programs watch each.
 */
SEC("?fexit/inet_bind")
int BPF_PROG(inet_bind, struct socket *socket, void *address, int bytes, int result)
{
	on_bind_exit(socket, result);
	return 0;
}

SEC("?fexit/inet_bind")
int BPF_PROG(inet_bind_again, struct socket *socket, void *address, int bytes, int result)
{
	on_bind_exit(socket, result);
	return 0;
}

SEC("?fexit/inet6_bind")
int BPF_PROG(inet6_bind, struct socket *socket, void *address, int bytes, int result)
{
	on_bind_exit(socket, result);
	return 0;
}

SEC("?fexit/inet6_bind")
int BPF_PROG(inet6_bind_again, struct socket *socket, void *address, int bytes, int result)
{
	on_bind_exit(socket, result);
	return 0;
}

SEC("?fentry/inet_csk_listen_start")
int BPF_PROG(inet_csk_listen_start, struct sock *sk)
{
	on_bound(sk);
	return 0;
}

SEC("?fentry/inet_release")
int BPF_PROG(inet_release, struct socket *socket)
{
	on_release(BPF_CORE_READ(socket, sk));
	return 0;
}

SEC("?fentry/inet_release")
int BPF_PROG(inet_release_again, struct socket *socket)
{
	on_release(BPF_CORE_READ(socket, sk));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
