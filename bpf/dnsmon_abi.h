/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What crosses between the kernel programs and user space, written once and included by both.
 * Every size is asserted in C and in C++. All integers are in host byte order unless said otherwise. What is noted of
 * programs that have sent is in dnsmon_program_abi.h.
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
#define DNSMON_PORT_BYTES 8192 /* bit set of all ports: byte port >> 3, bit port & 7 */
#define DNSMON_MAX_CAPTURE_BYTES 65535 /* from the network header on; longer packets (GSO) are cut and marked */

/* The process that owns one end of a packet. */
struct dnsmon_owner {
	__u64 cgroup_id;  /* 0: not known */
	__u64 start_ns;   /* leader's start, CLOCK_BOOTTIME; 0: not known */
	__u64 image;      /* where exec() put its stack (start_stack): another one is another program; 0: not known */
	__u32 pid;        /* thread group */
	__u32 tid;
	__u32 uid;
	__u32 gid;
	char thread_name[DNSMON_COMM_BYTES];
	char process_name[DNSMON_COMM_BYTES]; /* leader's name; empty: not readable here */
};
DNSMON_ASSERT_SIZE(dnsmon_owner, 72);

/* How an owner was found. Same values as dnsmon::Attribution. */
enum dnsmon_match {
	DNSMON_MATCH_NONE = 0,
	DNSMON_MATCH_EXACT = 1,
	DNSMON_MATCH_WILDCARD = 2,
	DNSMON_MATCH_LISTENER = 3,
	DNSMON_MATCH_PROCFS = 4,
};

/* Key of the owners map: one end of a flow as its own host sees it. Addresses have 16 bytes, IPv4 as ::ffff:a.b.c.d,
 * "any" as well: ::ffff:0.0.0.0 or ::. A listener has no remote end: address and port are zero. */
struct dnsmon_owner_key {
	__u8 local_address[16];
	__u8 remote_address[16];
	__u16 local_port; /* host order */
	__u16 remote_port;
	__u32 netns;    /* 0 when both addresses are given and neither is loopback (bpf/address.bpf.h) */
	__u32 protocol; /* IPPROTO_UDP, IPPROTO_TCP */
};
DNSMON_ASSERT_SIZE(dnsmon_owner_key, 44);

/* Value of the owners map. */
struct dnsmon_owner_entry {
	struct dnsmon_owner owner;
	__u64 socket; /* names the socket while it lives: cookie or inode number, never shown; 0: none */
	__u32 match;  /* DNSMON_MATCH_PROCFS when user space wrote it, else DNSMON_MATCH_EXACT */
	__u32 pad;
};
DNSMON_ASSERT_SIZE(dnsmon_owner_entry, 88);

/* Value of the cookie flavour's sockets map; its key is the socket cookie. */
struct dnsmon_socket {
	struct dnsmon_owner_entry entry;
	__u32 netns;
	__u32 pad;
};
DNSMON_ASSERT_SIZE(dnsmon_socket, 96);

#define DNSMON_DEVICE_BYTES 16

/* A device of another network namespace than the daemon's; its name is the value. */
struct dnsmon_device_key {
	__u32 netns; /* inode number */
	__u32 ifindex;
};
DNSMON_ASSERT_SIZE(dnsmon_device_key, 8);

enum dnsmon_record_flags {
	DNSMON_RECORD_CUT = 1,       /* the packet was longer than what was captured */
	DNSMON_RECORD_OUTGOING = 2,  /* PACKET_OUTGOING: this host sent it */
	DNSMON_RECORD_LOOPBACK = 4,  /* seen on the loopback device: both ends are here */
	DNSMON_RECORD_NEW_DEVICE = 8, /* the first from this device of another namespace, or the first under its new name */
};

/* One packet in the ring buffer; `captured_bytes` of packet from the network header on follow. */
struct dnsmon_record {
	__u64 time_ns;        /* CLOCK_MONOTONIC (bpf_ktime_get_ns) */
	__u32 ifindex;
	__u32 wire_bytes;     /* from the network header on */
	__u16 captured_bytes;
	__u16 datagram_bytes; /* UDP that is segmented later or was joined (GSO, GRO): payload of each datagram; else 0 */
	__u16 ethertype;
	__u8 flags;           /* enum dnsmon_record_flags */
	__u8 sender_match;    /* enum dnsmon_match */
	__u8 receiver_match;
	__u8 pad;
	__u16 asked_port;     /* destination port that the sender chose, where translation has changed it since; else 0 */
	__u32 netns;          /* inode number of the network namespace, where it is not the daemon's own; else 0 */
	struct dnsmon_owner sender;   /* local process at the source address */
	struct dnsmon_owner receiver; /* local process at the destination address */
};
DNSMON_ASSERT_SIZE(dnsmon_record, 176);

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
	DNSMON_COUNTER_OWNER_INSERTS,   /* of the updates: new keys */
	DNSMON_COUNTER_OWNER_DELETES,   /* listeners whose socket was closed */
	DNSMON_COUNTER_FRAGMENTS_EARLY, /* later fragments taken on suspicion: their first had not been seen */
	DNSMON_COUNTERS,
};

#ifdef __cplusplus
}
#endif
#endif
