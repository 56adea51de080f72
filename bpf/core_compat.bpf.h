/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Everything that differs between kernel versions or between ways to read kernel memory, and nothing else.
 */
#ifndef DNSMON_CORE_COMPAT_H
#define DNSMON_CORE_COMPAT_H

#include <bpf/bpf_core_read.h>

/*
 * Two ways to learn about the current task. Tracing programs have helpers for most of it and copy the rest with
 * bpf_probe_read_kernel (5.5). Programs that must also load under lockdown=confidentiality, where that helper is
 * forbidden, follow typed (BTF) pointers with plain loads: DNSMON_DIRECT_READS. The task is then the only thing asked
 * of a helper: bpf_get_current_pid_tgid came to cgroup_skb in 6.10, bpf_get_current_uid_gid later still.
 */
#ifdef DNSMON_DIRECT_READS
/*
 * Global functions, which the verifier looks at once and not on every path that leads there: for each load through such a
 * pointer (and each cast of a context) it goes through the kernel's types by name, a third of the time to load the programs.
 */
__noinline int read_current(struct dnsmon_owner *owner)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct task_struct *leader = task->group_leader;
	struct mm_struct *mm = task->mm; /* none: a kernel thread */

	if (!owner)
		return 0;
	owner->pid = task->tgid;
	owner->tid = task->pid;
	owner->uid = task->cred->uid.val;
	owner->gid = task->cred->gid.val;
	owner->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
	owner->start_ns = leader->start_boottime;
	owner->image = mm ? mm->start_stack : 0;
	__builtin_memcpy(owner->thread_name, task->comm, sizeof(owner->thread_name));
	__builtin_memcpy(owner->process_name, leader->comm, sizeof(owner->process_name));
	return 0;
}

/*
 * The namespace of a socket, which a process may have brought along from another one. Kernels before 6.2 (commit
 * fd264ca02094) do not show the socket behind a context: the current task's own namespace is what is known there.
 */
extern void *bpf_cast_to_kern_ctx(void *context) __ksym __weak;
extern void *bpf_rdonly_cast(const void *address, __u32 btf_id) __ksym __weak; /* 6.2, too */

static __always_inline __u32 current_netns(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();

	return task->nsproxy->net_ns->ns.inum;
}

static __always_inline bool has_user_memory(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();

	return task->mm;
}

__noinline __u32 skb_netns(struct __sk_buff *context)
{
	struct sk_buff *skb;
	struct sock *sk;

	if (!bpf_cast_to_kern_ctx)
		return current_netns();
	skb = bpf_cast_to_kern_ctx(context);
	sk = skb->sk;
	return sk ? sk->__sk_common.skc_net.net->ns.inum : 0; /* the verifier wants it asked */
}

static __always_inline __u32 sock_netns(struct bpf_sock *context)
{
	struct sock *sk;

	if (!bpf_cast_to_kern_ctx)
		return current_netns();
	sk = bpf_cast_to_kern_ctx(context);
	return sk->__sk_common.skc_net.net->ns.inum;
}
#else
static __always_inline void read_current(struct dnsmon_owner *owner)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u64 uid_gid = bpf_get_current_uid_gid();

	owner->pid = pid_tgid >> 32;
	owner->tid = (__u32)pid_tgid;
	owner->uid = (__u32)uid_gid;
	owner->gid = uid_gid >> 32;
	bpf_get_current_comm(owner->thread_name, sizeof(owner->thread_name));
#ifndef DNSMON_NO_TASK
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	owner->cgroup_id = bpf_get_current_cgroup_id();
	owner->start_ns = BPF_CORE_READ(leader, start_boottime);
	owner->image = BPF_CORE_READ(task, mm, start_stack);
	bpf_core_read(owner->process_name, sizeof(owner->process_name), &leader->comm);
#else
	if (owner->tid == owner->pid) /* the leader itself; else /proc knows */
		__builtin_memcpy(owner->process_name, owner->thread_name, sizeof(owner->process_name));
#endif
}
#endif

/*
 * Set by the loader. Not bpf_core_type_exists(): for a type that is not there libbpf before 1.5 looks into the modules'
 * BTF, which takes CAP_SYS_ADMIN.
 */
const volatile bool accept_takes_argument = false;

/*
 * inet_csk_accept(sk, flags, err, kern) became inet_csk_accept(sk, arg) in 6.10 (commit 92ef0fd55ac8): a fexit program
 * finds the returned socket behind the last argument. In assembler, for clang would compute the address first and load
 * once, which the verifier refuses on a context.
 */
static __always_inline struct sock *accepted_socket(unsigned long long *fexit_arguments)
{
	struct sock *sk;

	if (accept_takes_argument)
		asm volatile("%0 = *(u64 *)(%1 + 16)" : "=r"(sk) : "r"(fexit_arguments));
	else
		asm volatile("%0 = *(u64 *)(%1 + 32)" : "=r"(sk) : "r"(fexit_arguments));
	return sk;
}

#endif
