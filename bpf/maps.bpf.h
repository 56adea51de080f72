/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps that the capture object makes and every owner object shares (bpf_map__reuse_fd), and the ports that both test
 * first (a copy in each object). Sizes are set before load.
 */
#ifndef DNSMON_MAPS_H
#define DNSMON_MAPS_H

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct dnsmon_owner_key);
	__type(value, struct dnsmon_owner_entry);
} owners SEC(".maps");

/*
 * The sockets that serve on a watched port, while they are open: socket name -> key of the listener entry. A released
 * socket no longer says where it was bound, and a flow's owner whose socket is not here any more is history.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct dnsmon_owner_key);
} listeners SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DNSMON_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

__u8 dns_ports[DNSMON_PORT_BYTES]; /* user space writes it, also while the programs run */
const volatile bool any_port;	   /* DNS may be on the other ports, too: capture.detect */

/*
 * `port` in host order. The asm makes clang forget that the port has 16 bits: verifiers that lose the bound on the way
 * (6.1 does) then see it again in the mask.
 */
static __always_inline bool is_dns_port(__u32 port)
{
	asm volatile("" : "+r"(port));
	return dns_ports[(port >> 3) & (DNSMON_PORT_BYTES - 1)] & (1U << (port & 7));
}

/* Could DNS be sent from or to this port? Asked where no packet can be looked at yet. */
static __always_inline bool is_watched_port(__u32 port)
{
	return any_port || is_dns_port(port);
}

#define compiler_barrier() asm volatile("" ::: "memory")

static __always_inline void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		*value += 1; /* per CPU; interrupted by another packet at worst an increment is lost */
}

#endif
