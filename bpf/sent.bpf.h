/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who sent the packets that are on their way out. The owners map has one entry for a flow; here each packet finds its
 * own sender: two processes may share a socket, a packet may wait for a neighbour's address or in a queue. Written at
 * egress, read by the capture filter, which meets the packet in the same call or a moment later. What was never here
 * was sent by no socket: raw frames with the addresses of somebody else's flow.
 */
#ifndef DNSMON_SENT_H
#define DNSMON_SENT_H

#include "packet.bpf.h"

#define SENT_SLOTS 2048 /* a power of two; packets between egress and capture are far fewer */
#define SENT_LOOPBACK_SLOTS 2048 /* likewise; what leaves on a loopback device never waits, but its sender may be preempted before the capture */
#define FINGERPRINT_WORDS 4

struct sent {
	__u64 digest; /* 0: empty, or being written */
	__u64 seen;   /* the digest that the capture has found here */
	__u32 writers;
	__u32 written; /* jiffies */
	struct dnsmon_owner owner;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SENT_SLOTS + SENT_LOOPBACK_SLOTS);
	__type(key, __u32);
	__type(value, struct sent);
} sent SEC(".maps");

#define DIGEST_SPREAD 0x9e3779b97f4a7c15ULL /* golden ratio */

static __always_inline __u64 digest_add(__u64 digest, __u64 value)
{
	digest = (digest ^ value) * DIGEST_SPREAD;
	return digest ^ digest >> 32;
}

static __always_inline __u64 flow_digest(const struct dnsmon_owner_key *key)
{
	const __u32 *word = (const __u32 *)key;
	__u64 digest = 1;

#pragma unroll
	for (int i = 0; i < (int)(sizeof(*key) / sizeof(*word)); i++)
		digest = digest_add(digest, word[i]);
	return digest;
}

/* The flow and what tells its packets apart: a DNS message's id, counts and first question; a segment's numbers. */
static __always_inline __u64 packet_digest(struct __sk_buff *skb, const struct packet *packet,
					   const struct dnsmon_owner_key *key)
{
	__u64 words[FINGERPRINT_WORDS] = {}, digest = flow_digest(key);
	bool udp = packet->protocol == IPPROTO_UDP;
	__u32 at = packet->transport + (udp ? 8 : 4);

	if (!udp || bpf_skb_load_bytes(skb, at, words, sizeof(words)))
		bpf_skb_load_bytes(skb, at, words, sizeof(words[0])); /* short: its header is all there is */
#pragma unroll
	for (int i = 0; i < FINGERPRINT_WORDS; i++)
		digest = digest_add(digest, words[i]);
	return digest | 1;
}

/* False: another CPU writes here at this instant. */
static __always_inline bool write_sent(struct sent *slot, __u64 digest, const struct dnsmon_owner *owner)
{
	bool mine = !__sync_fetch_and_add(&slot->writers, 1);

	if (mine) {
		__sync_lock_test_and_set(&slot->digest, 0); /* these order what lies between them */
		slot->written = bpf_jiffies64();
		slot->owner = *owner;
		__sync_lock_test_and_set(&slot->digest, digest);
	}
	__sync_fetch_and_add(&slot->writers, -1);
	return mine;
}

#define LOOPBACK_IFINDEX 1 /* in every namespace, include/net/net_namespace.h */

/* `which`: one of the two places that a packet may stand at. */
static __always_inline __u32 sent_slot(struct __sk_buff *skb, __u64 digest, int which)
{
	__u32 bits = digest >> (which ? 48 : 32);

	if (skb->ifindex == LOOPBACK_IFINDEX)
		return SENT_SLOTS + (bits & (SENT_LOOPBACK_SLOTS - 1));
	return bits & (SENT_SLOTS - 1);
}

/*
 * Of two slots the one that holds this very digest, or whose packet was captured already, or the older one: what waits
 * for a neighbour's address keeps its sender whatever else is sent meanwhile.
 */
static __always_inline bool prefer_second(const struct sent *first, const struct sent *second, __u64 digest)
{
	if (first->digest == digest || second->digest == digest)
		return first->digest != digest;
	if (first->seen == first->digest || second->seen == second->digest)
		return first->seen != first->digest;
	return (__s32)(second->written - first->written) < 0;
}

static __always_inline void remember_sent(struct __sk_buff *skb, __u64 digest, const struct dnsmon_owner *owner)
{
	__u32 first_index = sent_slot(skb, digest, 0), second_index = sent_slot(skb, digest, 1);
	struct sent *first = bpf_map_lookup_elem(&sent, &first_index);
	struct sent *second = bpf_map_lookup_elem(&sent, &second_index);

	if (!first || !second)
		return;
	if (prefer_second(first, second, digest))
		write_sent(second, digest, owner) || write_sent(first, digest, owner);
	else
		write_sent(first, digest, owner) || write_sent(second, digest, owner);
}

#endif
