// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Owner hooks, cgroup flavour for kernels where cgroup_skb/egress may ask who is current: every packet names its own
 * sender on its way out. Reads kernel memory by typed pointers only, so lockdown=confidentiality allows it. Its egress
 * alone also names the packets beside tracing hooks, which know a flow's last sender.
 */
#define DNSMON_DIRECT_READS
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "dnsmon_abi.h"
#include "maps.bpf.h"
#include "owner_sock.bpf.h"
#include "content.bpf.h"
#include "glance.bpf.h"
#include "program.bpf.h"
#include "sent.bpf.h"

#define TCP_LISTEN 10

const volatile bool senders_only; /* other hooks keep the flows and ports, and name sockets their own way */

/*
 * A UDP datagram always leaves in its sender's context. A TCP segment may leave in softirq, on an acknowledgement or a
 * timer, on top of any process. The kernel sends for a socket in softirq only while no process holds the socket's lock
 * and defers to the holder otherwise, so a held lock says that the current task is the socket's user. Answers to a
 * handshake go out with the listener as their socket: that is not the connection's. A task without memory is a kernel
 * thread at work for others, or closes its sockets at the end of its life, when it is less than it was.
 */
static __always_inline bool current_task_sends(struct bpf_sock *sk, __u8 protocol)
{
	struct tcp_sock *tcp;

	if (protocol == IPPROTO_UDP)
		return true;
	if (sk->state == TCP_LISTEN || !has_user_memory())
		return false;
	tcp = bpf_skc_to_tcp_sock(sk);
	return tcp && tcp->inet_conn.icsk_inet.sk.sk_lock.owned;
}

static __always_inline void on_egress(struct __sk_buff *skb, struct bpf_sock *sk, const struct packet *packet)
{
	struct dnsmon_owner_entry entry = {};
	struct dnsmon_owner_key key = {};
	__u32 netns = skb_netns(skb);

	set_key(&key, packet->protocol, netns, &packet->source, &packet->destination);
	set_current_owner(&entry, bpf_get_socket_cookie(skb));
	remember_sent(skb, packet_digest(skb, packet, &key), &entry.owner);
	if (packet->protocol == IPPROTO_UDP && skb->gso_segs > 1)
		remember_sent(skb, flow_digest(&key), &entry.owner); /* its segments differ from the whole */
	sk = bpf_sk_fullsock(sk);
	/* Whoever may forge packets owns no flow and no port by it. */
	if (senders_only || !sk || sk->type == SOCK_RAW) {
		remember_program(&entry.owner);
		return;
	}
	if (remember(&key, &entry))
		remember_program(&entry.owner);
	if (says_something(skb, packet))
		remember_server(packet->protocol, netns, &packet->source, &entry);
	on_sent_to_group(packet, sk, netns, &entry);
}

SEC("?cgroup_skb/egress")
int egress(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct packet packet = {};

	if (!sk || is_surely_not_dns(skb))
		return 1;
	if (parse_packet(skb, bpf_ntohs(skb->protocol), &packet) && is_watched(skb, &packet) &&
	    current_task_sends(sk, packet.protocol))
		on_egress(skb, sk, &packet);
	return 1;
}

SEC("?cgroup/post_bind4")
int post_bind4(struct bpf_sock *sk)
{
	on_post_bind(sk, false, sock_netns(sk));
	return 1;
}

SEC("?cgroup/post_bind6")
int post_bind6(struct bpf_sock *sk)
{
	on_post_bind(sk, true, sock_netns(sk));
	return 1;
}

SEC("?cgroup/sock_release")
int sock_release(struct bpf_sock *sk)
{
	on_sock_release(sk);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
