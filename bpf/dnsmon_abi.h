/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What crosses between the kernel programs and user space, written once and included by both.
 * Every size is asserted in C and in C++. All integers are in host byte order unless said otherwise.
 */
#ifndef DNSMON_ABI_H
#define DNSMON_ABI_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#ifdef __cplusplus
#define DNSMON_ASSERT_SIZE(type, bytes) static_assert(sizeof(struct type) == (bytes), #type)
extern "C" {
#else
#define DNSMON_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#endif

#define DNSMON_COMM_BYTES 16
#define DNSMON_MAX_PORTS 64           /* ports of capture.ports */
#define DNSMON_MAX_CAPTURE_BYTES 65535 /* from the network header on; longer packets (GSO) are cut and marked */

/* The process that owns one end of a packet. */
struct dnsmon_owner {
	__u64 cgroup_id;  /* 0: not known */
	__u64 start_ns;   /* leader's start, CLOCK_BOOTTIME; 0: not known */
	__u32 pid;        /* thread group */
	__u32 tid;
	__u32 uid;
	__u32 gid;
	char thread_name[DNSMON_COMM_BYTES];
	char process_name[DNSMON_COMM_BYTES]; /* leader's name; empty: not readable here */
};
DNSMON_ASSERT_SIZE(dnsmon_owner, 64);

/* How an owner was found. Same values as dnsmon::Attribution. */
enum dnsmon_match {
	DNSMON_MATCH_NONE = 0,
	DNSMON_MATCH_EXACT = 1,
	DNSMON_MATCH_WILDCARD = 2,
	DNSMON_MATCH_LISTENER = 3,
	DNSMON_MATCH_PROCFS = 4,
};

enum dnsmon_record_flags {
	DNSMON_RECORD_CUT = 1,       /* the packet was longer than what was captured */
	DNSMON_RECORD_OUTGOING = 2,  /* PACKET_OUTGOING: this host sent it */
	DNSMON_RECORD_LOOPBACK = 4,  /* seen on the loopback device: both ends are here */
	DNSMON_RECORD_HEURISTIC = 8, /* taken by content, not by port */
};

/* One packet in the ring buffer; `captured_bytes` of packet from the network header on follow. */
struct dnsmon_record {
	__u64 time_ns;        /* CLOCK_MONOTONIC (bpf_ktime_get_ns) */
	__u32 ifindex;
	__u32 wire_bytes;     /* from the network header on */
	__u32 captured_bytes;
	__u16 ethertype;
	__u8 flags;           /* enum dnsmon_record_flags */
	__u8 sender_match;    /* enum dnsmon_match */
	__u8 receiver_match;
	__u8 pad[7];
	struct dnsmon_owner sender;   /* local process at the source address */
	struct dnsmon_owner receiver; /* local process at the destination address */
};
DNSMON_ASSERT_SIZE(dnsmon_record, 160);

/* Index of the per-CPU counters array. */
enum dnsmon_counter {
	DNSMON_COUNTER_SEEN,            /* packets that reached the socket filter */
	DNSMON_COUNTER_MATCHED,         /* of those: taken for DNS = submitted + ring_full */
	DNSMON_COUNTER_SUBMITTED,       /* records handed to the ring */
	DNSMON_COUNTER_RING_FULL,       /* no room: lost */
	DNSMON_COUNTER_CUT,             /* submitted, but longer than the largest record */
	DNSMON_COUNTER_FRAGMENTS,       /* IP fragments among the matched */
	DNSMON_COUNTER_NO_OWNER,        /* submitted without an owner at either end */
	DNSMON_COUNTER_OWNER_UPDATES,   /* writes to the owners map */
	DNSMON_COUNTER_OWNER_FAILED,    /* writes to the owners map that failed */
	DNSMON_COUNTER_OWNER_EVICTIONS, /* entries that the owners map pushed out, estimated */
	DNSMON_COUNTERS,
};

#ifdef __cplusplus
}
#endif
#endif
