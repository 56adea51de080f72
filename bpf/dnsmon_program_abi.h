/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Key and value of the map of programs, as dnsmon_abi.h has what else crosses between the kernel and user space.
 */
#ifndef DNSMON_PROGRAM_ABI_H
#define DNSMON_PROGRAM_ABI_H

#include "dnsmon_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DNSMON_PATH_PARTS 16 /* directories and file of an executable's path */
#define DNSMON_PART_BYTES 64
#define DNSMON_ARGUMENT_BYTES 512

/* A program that has sent, as its process was at that moment: what /proc no longer tells when the process is gone. */
struct dnsmon_program_key {
	__u64 start_ns; /* as in struct dnsmon_owner */
	__u64 image;
	__u32 pid;
	__u32 pad;
};
DNSMON_ASSERT_SIZE(dnsmon_program_key, 24);

struct dnsmon_program {
	__u32 path_parts;     /* 0: not readable, or more than there is room for */
	__u32 argument_bytes; /* 0: not readable */
	__u32 parent_pid;
	__u32 busy; /* bpf/program.bpf.h's own */
	char parent_name[DNSMON_COMM_BYTES];
	__u8 part_bytes[DNSMON_PATH_PARTS];
	char part[DNSMON_PATH_PARTS][DNSMON_PART_BYTES]; /* the file first, the directory below the root last */
	char arguments[DNSMON_ARGUMENT_BYTES];           /* each ended by NUL; the first of them, when there are more */
};
DNSMON_ASSERT_SIZE(dnsmon_program, 1584);

#ifdef __cplusplus
}
#endif
#endif
