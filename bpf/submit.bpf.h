/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ring buffer. submit() is the only way in, so that what found no room is always counted.
 */
#ifndef DNSMON_SUBMIT_H
#define DNSMON_SUBMIT_H

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

const volatile __u32 capture_limit = DNSMON_MAX_CAPTURE_BYTES; /* at most that */

/*
 * One size class: reserve() wants a constant. The packet goes from the skb straight into the record. The verifier wants
 * the length proved to be 1 … room; before 6.8 (commit d028f87517d6) it learns nothing from "!= 0", so the proof runs
 * over length - 1. The asm keeps clang from seeing through that.
 */
#define SUBMIT_CLASS(skb, start, header, bytes, room)                                                              \
	do {                                                                                                       \
		struct dnsmon_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record) + (room), 0);            \
		__u32 last = (bytes) - 1;                                                                          \
		if (!record) {                                                                                     \
			count(DNSMON_COUNTER_RING_FULL);                                                           \
			return;                                                                                    \
		}                                                                                                  \
		__builtin_memcpy(record, (header), sizeof(*record));                                               \
		asm volatile("" : "+r"(last));                                                                     \
		if (last >= (room) || bpf_skb_load_bytes((skb), (start), record + 1, last + 1))                    \
			record->captured_bytes = 0; /* not even a packet: let user space see and count it */       \
		bpf_ringbuf_submit(record, 0);                                                                     \
	} while (0)

static __always_inline void submit(struct __sk_buff *skb, __u32 start, struct dnsmon_record *header)
{
	__u32 bytes = skb->len - start;

	header->wire_bytes = bytes;
	if (bytes > capture_limit) {
		bytes = capture_limit;
		header->flags |= DNSMON_RECORD_CUT;
	}
	header->captured_bytes = bytes;

	if (bytes <= 96)
		SUBMIT_CLASS(skb, start, header, bytes, 96);
	else if (bytes <= 224)
		SUBMIT_CLASS(skb, start, header, bytes, 224);
	else if (bytes <= 608)
		SUBMIT_CLASS(skb, start, header, bytes, 608);
	else if (bytes <= 1504)
		SUBMIT_CLASS(skb, start, header, bytes, 1504);
	else if (bytes <= 8192)
		SUBMIT_CLASS(skb, start, header, bytes, 8192);
	else
		SUBMIT_CLASS(skb, start, header, bytes, DNSMON_MAX_CAPTURE_BYTES);

	count(DNSMON_COUNTER_SUBMITTED);
	if (header->flags & DNSMON_RECORD_CUT)
		count(DNSMON_COUNTER_CUT);
	if (!header->sender_match && !header->receiver_match)
		count(DNSMON_COUNTER_NO_OWNER);
}

#endif
