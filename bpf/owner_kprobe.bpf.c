// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Owner hooks, kprobe flavour: the same functions as fentry, for kernels without trampolines. The bodies are
 * owner_trace.bpf.h's.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "dnsmon_abi.h"
#include "maps.bpf.h"
#include "owner_trace.bpf.h"
#include "owner_trace_bound.bpf.h"

/* A kretprobe does not see the arguments: thread -> socket that it is binding. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} binding SEC(".maps");

static __always_inline void on_bind_entry(struct socket *socket)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 sk = (__u64)BPF_CORE_READ(socket, sk);

	bpf_map_update_elem(&binding, &thread, &sk, BPF_ANY);
}

static __always_inline void on_bind_return(int result)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 *sk = bpf_map_lookup_elem(&binding, &thread);

	if (!sk)
		return;
	if (!result)
		on_bound((struct sock *)*sk);
	bpf_map_delete_elem(&binding, &thread);
}

SEC("?kprobe/udp_sendmsg")
int BPF_KPROBE(udp_sendmsg, struct sock *sk, struct msghdr *msg)
{
	on_udp_sendmsg(sk, msg);
	return 0;
}

SEC("?kprobe/udpv6_sendmsg")
int BPF_KPROBE(udpv6_sendmsg, struct sock *sk, struct msghdr *msg)
{
	on_udp_sendmsg(sk, msg);
	return 0;
}

SEC("?kprobe/tcp_sendmsg")
int BPF_KPROBE(tcp_sendmsg, struct sock *sk)
{
	on_tcp(sk);
	return 0;
}

SEC("?kprobe/ip_send_skb")
int BPF_KPROBE(ip_send_skb, struct net *net, struct sk_buff *skb)
{
	on_ip_send(skb, false);
	return 0;
}

SEC("?kprobe/ip6_send_skb")
int BPF_KPROBE(ip6_send_skb, struct sk_buff *skb)
{
	on_ip_send(skb, true);
	return 0;
}

SEC("?kprobe/tcp_connect")
int BPF_KPROBE(tcp_connect, struct sock *sk)
{
	on_tcp(sk);
	return 0;
}

SEC("?kretprobe/inet_csk_accept")
int BPF_KRETPROBE(inet_csk_accept, struct sock *sk)
{
	on_tcp(sk);
	return 0;
}

SEC("?kprobe/inet_bind")
int BPF_KPROBE(inet_bind, struct socket *socket)
{
	on_bind_entry(socket);
	return 0;
}

SEC("?kretprobe/inet_bind")
int BPF_KRETPROBE(inet_bind_return, int result)
{
	on_bind_return(result);
	return 0;
}

SEC("?kprobe/inet6_bind")
int BPF_KPROBE(inet6_bind, struct socket *socket)
{
	on_bind_entry(socket);
	return 0;
}

SEC("?kretprobe/inet6_bind")
int BPF_KRETPROBE(inet6_bind_return, int result)
{
	on_bind_return(result);
	return 0;
}

SEC("?kprobe/inet_csk_listen_start")
int BPF_KPROBE(inet_csk_listen_start, struct sock *sk)
{
	on_bound(sk);
	return 0;
}

SEC("?kprobe/inet_release")
int BPF_KPROBE(inet_release, struct socket *socket)
{
	on_release(BPF_CORE_READ(socket, sk));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
