// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Owner hooks, cgroup flavour for kernels before 6.1: the packet cannot say who sends it, only which socket it comes
 * from (its cookie). connect, sendmsg and bind, which run in the process, say whose socket that is.
 */
#define DNSMON_NO_TASK
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "dnsmon_abi.h"
#include "maps.bpf.h"
#include "owner_sock.bpf.h"
#include "content.bpf.h"
#include "glance.bpf.h"

const volatile bool netns_known; /* user space can name its own namespace's cookie (SO_NETNS_COOKIE, 5.14) */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64); /* socket cookie */
	__type(value, struct dnsmon_socket);
} sockets SEC(".maps");

#define NETNS_OF(ctx) (netns_known ? (__u32)bpf_get_netns_cookie(ctx) : 0)

static __always_inline void remember_socket(__u64 cookie, __u32 netns)
{
	struct dnsmon_socket now = { .netns = netns };
	struct dnsmon_socket *known;

	set_current_owner(&now.entry, cookie);
	known = bpf_map_lookup_elem(&sockets, &cookie);
	if (!known || !same_entry(&known->entry, &now.entry))
		bpf_map_update_elem(&sockets, &cookie, &now, BPF_ANY);
}

/* connect and an unconnected send. A server sends from its own port to any port. */
static __always_inline void on_address(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	if (ctx->protocol != IPPROTO_UDP && ctx->protocol != IPPROTO_TCP)
		return;
	if (!is_watched_port(bpf_ntohs((__be16)ctx->user_port)) && !(sk && is_watched_port(sk->src_port)))
		return;
	remember_socket(bpf_get_socket_cookie(ctx), NETNS_OF(ctx));
}

SEC("?cgroup/connect4")
int connect4(struct bpf_sock_addr *ctx)
{
	on_address(ctx);
	return 1;
}

SEC("?cgroup/connect6")
int connect6(struct bpf_sock_addr *ctx)
{
	on_address(ctx);
	return 1;
}

SEC("?cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *ctx)
{
	on_address(ctx);
	return 1;
}

SEC("?cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr *ctx)
{
	on_address(ctx);
	return 1;
}

static __always_inline void on_bind(struct bpf_sock *sk, bool v6)
{
	__u32 netns = NETNS_OF(sk);

	on_post_bind(sk, v6, netns);
	if (is_watched_port(sk->src_port))
		remember_socket(bpf_get_socket_cookie(sk), netns);
}

SEC("?cgroup/post_bind4")
int post_bind4(struct bpf_sock *sk)
{
	on_bind(sk, false);
	return 1;
}

SEC("?cgroup/post_bind6")
int post_bind6(struct bpf_sock *sk)
{
	on_bind(sk, true);
	return 1;
}

SEC("?cgroup/sock_release")
int sock_release(struct bpf_sock *sk)
{
	on_sock_release(sk);
	return 1;
}

/* Any context, softirq included: the current task is not asked. */
SEC("?cgroup_skb/egress")
int egress(struct __sk_buff *skb)
{
	struct dnsmon_owner_key key = {};
	struct dnsmon_owner_entry entry;
	struct dnsmon_socket *socket;
	struct packet packet = {};
	struct bpf_sock *sk;
	__u64 cookie;

	if (is_surely_not_dns(skb) || !parse_packet(skb, bpf_ntohs(skb->protocol), &packet) || !is_watched(skb, &packet))
		return 1;
	cookie = bpf_get_socket_cookie(skb);
	socket = bpf_map_lookup_elem(&sockets, &cookie);
	if (!socket)
		return 1;
	entry = socket->entry;
	set_key(&key, packet.protocol, socket->netns, &packet.source, &packet.destination);
	remember(&key, &entry);
	if (says_something(skb, &packet))
		remember_server(packet.protocol, socket->netns, &packet.source, &entry);
	sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
	if (sk)
		on_sent_to_group(&packet, sk, socket->netns, &entry);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
