/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Addresses as the owners map keys them: 16 bytes, IPv4 mapped into ::ffff:0:0/96, so that a mapped IPv6 socket and an
 * IPv4 packet meet. "Any" is spelt as its socket's family does, 0.0.0.0 as ::ffff:0.0.0.0: two sockets may be bound to
 * one port, one for each family.
 */
#ifndef DNSMON_ADDRESS_H
#define DNSMON_ADDRESS_H

#define AF_INET 2
#define AF_INET6 10
#define SOCK_RAW 3
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

struct address {
	__be32 word[4];
};

static __always_inline void address_set_v4(struct address *address, __be32 v4)
{
	address->word[0] = 0;
	address->word[1] = 0;
	address->word[2] = bpf_htonl(0xffff);
	address->word[3] = v4;
}

static __always_inline void address_set_v6(struct address *address, const __be32 *v6)
{
	__builtin_memcpy(address->word, v6, sizeof(address->word));
}

static __always_inline bool address_is_v4(const struct address *address)
{
	return !(address->word[0] | address->word[1]) && address->word[2] == bpf_htonl(0xffff);
}

static __always_inline bool address_is_any(const struct address *address)
{
	return !(address->word[0] | address->word[1] | address->word[3]) &&
	       (!address->word[2] || address->word[2] == bpf_htonl(0xffff));
}

/* "Any" of the family of the packets from or to `other`. */
static __always_inline void address_set_any(struct address *address, const struct address *other)
{
	__builtin_memset(address, 0, sizeof(*address));
	if (address_is_v4(other))
		address_set_v4(address, 0);
}

static __always_inline bool address_is_loopback(const struct address *address)
{
	if (address->word[0] | address->word[1])
		return false;
	if (address->word[2] == bpf_htonl(0xffff))
		return (address->word[3] & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000);
	return !address->word[2] && address->word[3] == bpf_htonl(1);
}

static __always_inline bool address_is_multicast(const struct address *address)
{
	if (address_is_v4(address))
		return (address->word[3] & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000);
	return (address->word[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000);
}

struct endpoint {
	struct address address;
	__u16 port; /* host order */
	bool here;  /* surely an address of the namespace that the packet is in */
};

/*
 * Two ends of a flow; "local" and "remote" as the owner of `local` sees it. The namespace matters where addresses do
 * not tell hosts apart: loopback, and an end that is not bound. A whole flow between routed addresses goes without, so
 * that a container's packet is known again on the host's side of its veth.
 */
static __always_inline void set_key(struct dnsmon_owner_key *key, __u32 protocol, __u32 netns,
				    const struct endpoint *local, const struct endpoint *remote)
{
	bool routed = !address_is_any(&local->address) && !address_is_any(&remote->address) &&
		      !address_is_loopback(&local->address) && !address_is_loopback(&remote->address);

	__builtin_memcpy(key->local_address, &local->address, sizeof(local->address));
	__builtin_memcpy(key->remote_address, &remote->address, sizeof(remote->address));
	key->local_port = local->port;
	key->remote_port = remote->port;
	key->protocol = protocol;
	key->netns = routed ? 0 : netns;
}

#endif
