/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Datagrams to a group (multicast, broadcast): whoever listens on the port receives them, and answers to the sender
 * from an address of its own, so that the flow of the question does not name who asked.
 */
#ifndef DNSMON_GROUP_H
#define DNSMON_GROUP_H

#include "address.bpf.h"

static __always_inline bool address_is_group(const struct address *address)
{
	return address_is_multicast(address) || (address_is_v4(address) && !~address->word[3]);
}

#endif
