// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The other network namespaces (capture.namespaces): what their sockets send and receive, taken where it passes the
 * sockets' cgroup. No socket is opened in any of them, so none is kept alive, and the first message of a new one is
 * seen. Every message on a loopback device is taken on its way out. On other devices both ways, from Linux 6.2 on:
 * before that a packet that arrives does not tell its namespace, and nothing is taken rather than half of it.
 */
#define DNSMON_DIRECT_READS
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "dnsmon_abi.h"
#include "maps.bpf.h"
#include "core_compat.bpf.h"
#include "take.bpf.h"

const volatile __u32 own_netns; /* the packet sockets are here */
const volatile bool every_namespace; /* else those in `wanted_namespaces` */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u8);
} wanted_namespaces SEC(".maps");

/* Names of the devices that packets were taken on, for user space cannot ask there. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct dnsmon_device_key);
	__type(value, char[DNSMON_DEVICE_BYTES]);
} device_names SEC(".maps");

/* The socket's namespace; 0: not to be had. A TCP segment may leave on top of any task. */
static __always_inline __u32 socket_netns(struct __sk_buff *skb, bool egress)
{
	struct bpf_sock *sk = skb->sk;
	struct tcp_sock *tcp;

	if (!sk)
		return 0;
	if (bpf_cast_to_kern_ctx)
		return skb_netns(skb);
	if (!egress)
		return 0;
	tcp = bpf_skc_to_tcp_sock(sk);
	return tcp ? tcp->inet_conn.icsk_inet.sk.__sk_common.skc_net.net->ns.inum : current_netns();
}

static __always_inline bool is_wanted(__u32 netns)
{
	return netns && netns != own_netns && (every_namespace || bpf_map_lookup_elem(&wanted_namespaces, &netns));
}

/* Whether it is new, or has another name than before: numbers of namespaces that are gone are given again. */
static __always_inline bool remember_device(struct __sk_buff *context, __u32 netns)
{
	struct dnsmon_device_key key = { .netns = netns, .ifindex = context->ifindex };
	__u64 name[DNSMON_DEVICE_BYTES / 8], *known;
	struct sk_buff *skb;

	if (!bpf_cast_to_kern_ctx)
		return false;
	skb = bpf_cast_to_kern_ctx(context);
	__builtin_memcpy(name, skb->dev->name, sizeof(name));
	known = bpf_map_lookup_elem(&device_names, &key);
	if (known && known[0] == name[0] && known[1] == name[1])
		return false;
	return bpf_map_update_elem(&device_names, &key, name, BPF_ANY) == 0;
}

/* A datagram to a group comes to each of its members, and to whoever listens to all: it is taken where it is sent. */
static __always_inline bool comes_once(struct __sk_buff *skb, const struct packet *packet)
{
	struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;

	return !(sk && sk->type == SOCK_RAW) && !address_is_multicast(&packet->destination.address);
}

/*
 * The port that a connected socket has asked for, where translation on the way out has changed it and nothing else:
 * docker's resolver in a container is asked at 127.0.0.11:53 and listens on another port. 0: nothing has changed.
 */
static __always_inline __u16 asked_port(struct __sk_buff *skb, const struct packet *packet)
{
	struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
	struct address chosen;
	__u16 port;

	if (!sk || sk->type == SOCK_RAW)
		return 0;
	port = bpf_ntohs(sk->dst_port);
	if (port == packet->destination.port || !is_dns_port(port))
		return 0;
	address_set_v4(&chosen, sk->dst_ip4);
	return chosen.word[2] == packet->destination.address.word[2] &&
			       chosen.word[3] == packet->destination.address.word[3] ? port : 0;
}

static __always_inline void take(struct __sk_buff *skb, __u16 ethertype, __u8 flags, const struct packet *packet, __u32 netns,
				 __u16 asked)
{
	struct dnsmon_record record = { .ethertype = ethertype, .flags = flags, .netns = netns, .asked_port = asked };

	if (asked && packet->protocol == IPPROTO_UDP) { /* always in its sender's context; by the changed port nobody knew it */
		read_current(&record.sender);
		record.sender_match = DNSMON_MATCH_EXACT;
	}
	if (remember_device(skb, netns))
		record.flags |= DNSMON_RECORD_NEW_DEVICE;
	complete(skb, packet, netns, &record);
}

static __always_inline int watch(struct __sk_buff *skb, bool egress)
{
	bool loopback = skb->ifindex == LOOPBACK_IFINDEX;
	__u32 netns = socket_netns(skb, egress);
	__u16 ethertype = bpf_ntohs(skb->protocol);
	struct packet packet = {};
	__u8 flags = egress ? DNSMON_RECORD_OUTGOING : 0;
	__u16 asked = 0;

	if (!is_wanted(netns))
		return 1;
	if (loopback ? skip_loopback || !egress : !bpf_cast_to_kern_ctx)
		return 1;
	count(DNSMON_COUNTER_SEEN);
	if (!parse_packet(skb, ethertype, &packet))
		return 1;
	if (egress && loopback)
		asked = asked_port(skb, &packet);
	if (asked)
		packet.destination.port = asked;
	if (!is_dns(skb, &packet) || (!egress && !comes_once(skb, &packet)))
		return 1;
	if (loopback)
		flags |= DNSMON_RECORD_LOOPBACK;
	packet.source.here = egress;
	packet.destination.here = loopback || !egress;
	take(skb, ethertype, flags, &packet, netns, asked);
	return 1;
}

SEC("cgroup_skb/egress")
int namespace_egress(struct __sk_buff *skb)
{
	return watch(skb, true);
}

SEC("?cgroup_skb/ingress")
int namespace_ingress(struct __sk_buff *skb)
{
	return watch(skb, false);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
