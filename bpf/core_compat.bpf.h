/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Everything that differs between kernel versions or between ways to read kernel memory, and nothing else.
 */
#ifndef DNSMON_CORE_COMPAT_H
#define DNSMON_CORE_COMPAT_H

#include <bpf/bpf_core_read.h>

/*
 * Two ways to follow a kernel pointer. Tracing programs copy with bpf_probe_read_kernel, which works from 5.5 on.
 * Programs that must also load under lockdown=confidentiality, where that helper is forbidden, follow typed (BTF)
 * pointers with plain loads: DNSMON_DIRECT_READS. There the task comes from bpf_get_current_task_btf (5.11, commit
 * 3ca1032ab7ab), which every program type may call since 6.10.
 */
#ifdef DNSMON_DIRECT_READS
static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task_btf();
}
static __always_inline __u32 task_netns(struct task_struct *task)
{
	return task->nsproxy->net_ns->ns.inum;
}
static __always_inline void read_leader(struct task_struct *task, char *comm, __u64 *start_ns)
{
	struct task_struct *leader = task->group_leader;

	__builtin_memcpy(comm, leader->comm, sizeof(leader->comm));
	*start_ns = leader->start_boottime;
}
#else
static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}
static __always_inline void read_leader(struct task_struct *task, char *comm, __u64 *start_ns)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	bpf_core_read(comm, sizeof(leader->comm), &leader->comm);
	*start_ns = BPF_CORE_READ(leader, start_boottime);
}
#endif

/*
 * inet_csk_accept(sk, flags, err, kern) became inet_csk_accept(sk, arg) in 6.10 (commit 92ef0fd55ac8): a fexit program
 * finds the returned socket behind the last argument. In assembler, for clang would compute the address first and load
 * once, which the verifier refuses on a context.
 */
static __always_inline struct sock *accepted_socket(unsigned long long *fexit_arguments)
{
	struct sock *sk;

	if (bpf_core_type_exists(struct proto_accept_arg))
		asm volatile("%0 = *(u64 *)(%1 + 16)" : "=r"(sk) : "r"(fexit_arguments));
	else
		asm volatile("%0 = *(u64 *)(%1 + 32)" : "=r"(sk) : "r"(fexit_arguments));
	return sk;
}

#endif
