/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The program of the task that sends: path of its executable, arguments, parent. Read once for each process and program,
 * when it first sends, for it may be gone before anybody can look into /proc. Follows typed pointers and casts (6.2).
 */
#ifndef DNSMON_PROGRAM_H
#define DNSMON_PROGRAM_H

#include "dnsmon_program_abi.h"
#include "core_compat.bpf.h"

#define PATH_STEPS 28 /* parts and mount points on the way to the root */
#define NAME_CHUNKS (DNSMON_PART_BYTES / 16)

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct dnsmon_program_key);
	__type(value, struct dnsmon_program);
} programs SEC(".maps");

/* Too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dnsmon_program);
} program_draft SEC(".maps");

/* A name has no type to follow, only bytes: they are read as if they were addresses. What lies behind its end is cut. */
static __always_inline void read_name(__u32 *to, const unsigned char *name)
{
#pragma unroll
	for (int i = 0; i < NAME_CHUNKS; i++) {
		const struct in6_addr *chunk =
			bpf_rdonly_cast(name + sizeof(*chunk) * i, bpf_core_type_id_kernel(struct in6_addr));

#pragma unroll
		for (int word = 0; word < 4; word++)
			to[4 * i + word] = chunk->s6_addr32[word];
	}
}

static __always_inline const struct mount *mount_of(const struct vfsmount *vfsmount)
{
	return bpf_rdonly_cast((const char *)vfsmount - bpf_core_field_offset(struct mount, mnt),
			       bpf_core_type_id_kernel(struct mount));
}

/*
 * From the file up to the root of its mount namespace, as d_path() goes. The parts are counted in the map: what the
 * verifier does not know it need not tell apart, else it would walk through every mixture of parts and mounts.
 */
static __always_inline void read_path(struct dnsmon_program *program, const struct file *file)
{
	const struct dentry *here = file->f_path.dentry;
	const struct mount *mount = mount_of(file->f_path.mnt);
	volatile __u32 *count = &program->path_parts;

	for (int step = 0; step < PATH_STEPS; step++) {
		const struct dentry *parent;
		__u32 bytes, parts = *count;

		if (here == mount->mnt.mnt_root) {
			if (mount->mnt_parent == mount)
				return;
			here = mount->mnt_mountpoint;
			mount = mount->mnt_parent;
			continue;
		}
		parent = here->d_parent;
		bytes = here->d_name.len;
		if (parent == here || bytes > DNSMON_PART_BYTES || parts >= DNSMON_PATH_PARTS)
			break;
		program->part_bytes[parts] = bytes;
		read_name((__u32 *)program->part[parts], here->d_name.name);
		*count = parts + 1;
		here = parent;
	}
	*count = 0; /* a file without a path, or one that is too long */
}

/*
 * Set by the loader. Where the kernel's memory may not be read (lockdown=confidentiality), libbpf believes the kernel older
 * than 5.5 and writes bpf_probe_read, which is forbidden, for bpf_probe_read_user, which is not.
 */
const volatile bool user_memory_readable = true;

static __always_inline void read_arguments(struct dnsmon_program *program, unsigned long start, unsigned long end)
{
	__u64 bytes = end - start;

	if (bytes > DNSMON_ARGUMENT_BYTES)
		bytes = DNSMON_ARGUMENT_BYTES;
	asm volatile("" : "+r"(bytes));
	if (!bytes || bytes > DNSMON_ARGUMENT_BYTES)
		return;
	if (!bpf_probe_read_user(program->arguments, bytes, (const void *)start))
		program->argument_bytes = bytes;
}

static __always_inline void read_program(struct dnsmon_program *program)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct task_struct *parent = task->group_leader->real_parent;
	struct mm_struct *mm = task->mm;
	struct file *executable;

	program->path_parts = 0;
	program->argument_bytes = 0;
	program->parent_pid = parent->tgid;
	__builtin_memcpy(program->parent_name, parent->group_leader->comm, sizeof(program->parent_name));
	if (!mm)
		return;
	executable = mm->exe_file;
	if (executable)
		read_path(program, executable);
	if (user_memory_readable)
		read_arguments(program, mm->arg_start, mm->arg_end);
}

/*
 * Whoever is interrupted while he writes the draft finishes it; the other one's program is read when it sends again. A
 * global function: the verifier looks at it once, not for every kind of packet.
 */
__noinline int remember_program(const struct dnsmon_owner *owner)
{
	struct dnsmon_program_key key = {};
	struct dnsmon_program *draft;
	__u32 zero = 0;

	if (!owner || !bpf_rdonly_cast)
		return 0;
	key.start_ns = owner->start_ns;
	key.image = owner->image;
	key.pid = owner->pid;
	if (bpf_map_lookup_elem(&programs, &key))
		return 0;
	draft = bpf_map_lookup_elem(&program_draft, &zero);
	if (!draft)
		return 0;
	if (!__sync_fetch_and_add(&draft->busy, 1)) {
		read_program(draft);
		bpf_map_update_elem(&programs, &key, draft, BPF_ANY);
	}
	__sync_fetch_and_add(&draft->busy, -1);
	return 0;
}

#endif
