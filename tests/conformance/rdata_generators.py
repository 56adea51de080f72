# SPDX-License-Identifier: Apache-2.0
"""Random and edge-case rdata in wire format, GENERATORS lists (type, class, make(rng) -> bytes)."""
import struct

IN, CH = 1, 3
EDGE8, EDGE16, EDGE32 = (0, 1, 127, 128, 255), (0, 1, 0x7FFF, 0x8000, 0xFFFF), (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def u8(r):
    return bytes([r.choice(EDGE8) if r.random() < 0.3 else r.randrange(256)])


def u16(r):
    return struct.pack("!H", r.choice(EDGE16) if r.random() < 0.3 else r.randrange(65536))


def u32(r):
    return struct.pack("!I", r.choice(EDGE32) if r.random() < 0.3 else r.randrange(1 << 32))


def blob(r, least=0, most=80):
    return r.randbytes(r.randint(least, most))


def octets(r, length):
    """Mostly text, sometimes anything."""
    if r.random() < 0.3:
        return r.randbytes(length)
    return bytes(r.choice(b"abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_") for _ in range(length))


def name(r, compressed=True):
    roll = r.random()
    if roll < 0.06:
        return b"\x00"
    if compressed and roll < 0.3:  # the question's name, or its parents, behind a label or not
        prefix = b"" if r.random() < 0.5 else b"\x04mail"
        return prefix + struct.pack("!H", 0xC000 | r.choice((12, 16, 24, 28)))
    if roll < 0.34:  # 255 octets
        return b"".join(b"\x3f" + octets(r, 63) for _ in range(3)) + b"\x3d" + octets(r, 61) + b"\x00"
    labels = [octets(r, 63 if r.random() < 0.03 else r.randint(1, 12)) for _ in range(r.randint(1, 4))]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\x00"


def plain_name(r):
    return name(r, compressed=False)


def string(r, least=0):
    length = r.choice((least, 1, 255)) if r.random() < 0.1 else r.randint(least, 30)
    return bytes([length]) + octets(r, length)


def strings(r):
    return b"".join(string(r) for _ in range(r.randint(1, 5)))


def row(*fields):
    return lambda r: b"".join(field(r) for field in fields)


def windows(r):
    out = b""
    for window in sorted(r.sample((0, 1, 2, 127, 128, 255), r.randint(0, 3))):
        length = r.choice((1, 32, r.randint(1, 32)))
        bits = bytes(r.randrange(256) if r.random() < 0.3 else 0 for _ in range(length - 1)) + bytes([r.randint(1, 255)])
        out += bytes([window, length]) + bits
    return out


def counted(least=0, most=60):
    def make(r):
        value = blob(r, least, most)
        return bytes([len(value)]) + value
    return make


def counted16(r):
    value = blob(r)
    return struct.pack("!H", len(value)) + value


def fixed(length):
    return lambda r: r.choice((b"\x00", b"\xff")) * length if r.random() < 0.1 else r.randbytes(length)


def ipv6(r):
    groups = [r.choice((0, 0, 0, 1, 0xFFFF, r.randrange(65536))) for _ in range(8)]
    return struct.pack("!8H", *groups)


def loc(r):
    def angle(limit):
        return 0x80000000 + r.choice((0, 1, -1, limit, -limit, 59999, 3599999, r.randint(-limit, limit)))
    precision = lambda: r.randint(0, 9) << 4 | r.randint(0, 9)
    sizes = b"\x12\x16\x13" if r.random() < 0.3 else bytes([precision(), precision(), precision()])
    return b"\x00" + sizes + struct.pack("!II", angle(90 * 3600000), angle(180 * 3600000)) + u32(r)


def gpos(r):
    values = (r.uniform(-90, 90), r.uniform(-180, 180), r.uniform(-100, 9000))
    texts = [f"{v:.{r.randint(0, 6)}f}".encode() for v in values]
    return b"".join(bytes([len(t)]) + t for t in texts)


def apl(r):
    out = b""
    for _ in range(r.randint(1, 4)):
        family, length = r.choice(((1, 4), (2, 16)))
        address = r.randbytes(r.randint(0, length)).rstrip(b"\x00")
        out += struct.pack("!HBB", family, r.randint(0, 8 * length), len(address) | r.choice((0, 0x80))) + address
    return out


def gateway(r, kind):
    return (b"", r.randbytes(4), ipv6(r), plain_name(r))[kind]


def ipseckey(r):
    kind = r.randrange(4)
    return u8(r) + bytes([kind]) + u8(r) + gateway(r, kind) + blob(r)


def amtrelay(r):
    kind = r.randrange(4)
    return u8(r) + bytes([kind | r.choice((0, 0x80))]) + gateway(r, kind)


def hip(r):
    hit, key = blob(r, 1, 20), blob(r, 1, 80)
    servers = b"".join(plain_name(r) for _ in range(r.randrange(3)))
    return struct.pack("!BBH", len(hit), r.randrange(256), len(key)) + hit + key + servers


def caa(r):
    tag = r.choice((b"issue", b"issuewild", b"iodef", b"contactemail", b"X9"))
    return u8(r) + bytes([len(tag)]) + tag + octets(r, r.randint(0, 60))


def uri(r):
    return u16(r) + u16(r) + octets(r, r.randint(1, 60))


def tsig(r):
    error = struct.pack("!H", r.choice((0, 9, 16, 17, 18, 22, 23)))
    return plain_name(r) + r.randbytes(6) + u16(r) + counted16(r) + u16(r) + error + counted16(r)


def wks(r):
    return r.randbytes(4) + u8(r) + blob(r, 1, 40)


def alpn(r):
    ids = [r.choice((b"h2", b"h3", b"http/1.1", b"dot", b"f\\oo,bar", octets(r, r.randint(1, 9)))) for _ in range(r.randint(1, 3))]
    return b"".join(bytes([len(i)]) + i for i in ids)


def svcb(r):
    params = {}
    if r.random() < 0.8:
        params[1] = alpn(r)
        if r.random() < 0.3:
            params[2] = b""
    makers = {3: u16, 4: lambda q: q.randbytes(4 * q.randint(1, 3)), 5: lambda q: blob(q, 1, 60),
              6: lambda q: b"".join(ipv6(q) for _ in range(q.randint(1, 3))), 7: lambda q: b"/dns-query{?dns}",
              667: lambda q: octets(q, q.randint(0, 20)), 65280: lambda q: b""}
    for key, make in makers.items():
        if r.random() < 0.4:
            params[key] = make(r)
    if params and r.random() < 0.3:
        keys = sorted(r.sample(sorted(params), r.randint(1, len(params))))
        params[0] = b"".join(struct.pack("!H", key) for key in keys)
    body = b"".join(struct.pack("!HH", key, len(params[key])) + params[key] for key in sorted(params))
    if not params and r.random() < 0.5:
        return b"\x00\x00" + plain_name(r)
    return struct.pack("!H", r.randint(1, 65535)) + plain_name(r) + body


DIGEST_BYTES = {1: 20, 2: 32, 4: 48, 5: 32, 200: 7}


def ds(r):
    kind = r.choice(tuple(DIGEST_BYTES))
    return u16(r) + u8(r) + bytes([kind]) + r.randbytes(DIGEST_BYTES[kind])


DNSKEY = row(u16, u8, u8, blob)
TLSA = row(u8, u8, u8, lambda r: blob(r, 1, 200))
SIGNED = row(u16, u8, u8, u32, u32, u32, u16, plain_name, lambda r: blob(r, 1, 256))

GENERATORS = [
    (1, IN, fixed(4)), (2, IN, name), (5, IN, name), (6, IN, row(name, name, u32, u32, u32, u32, u32)), (11, IN, wks),
    (12, IN, name), (13, IN, row(string, string)), (15, IN, row(u16, name)), (16, IN, strings),
    (17, IN, row(name, name)), (18, IN, row(u16, name)), (19, IN, string), (20, IN, lambda r: string(r) + (string(r) if r.random() < 0.5 else b"")),
    (21, IN, row(u16, name)), (22, IN, lambda r: blob(r, 1, 20)), (23, IN, name), (26, IN, row(u16, name, name)),
    (27, IN, gpos), (28, IN, ipv6), (29, IN, loc), (33, IN, row(u16, u16, u16, name)),
    (35, IN, row(u16, u16, string, string, string, name)), (36, IN, row(u16, name)),
    (37, IN, row(lambda r: struct.pack("!H", r.choice((1, 2, 3, 4, 5, 6, 7, 8, 253, 254, 999))), u16,
                 lambda r: bytes([r.choice((0, 1, 3, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16, 99, 252, 253, 254))]), lambda r: blob(r, 1, 300))),
    (39, IN, name), (42, IN, apl), (43, IN, ds), (44, IN, row(u8, u8, lambda r: blob(r, 1, 64))), (45, IN, ipseckey),
    (46, IN, SIGNED), (47, IN, row(plain_name, windows)), (48, IN, DNSKEY), (49, IN, lambda r: blob(r, 1, 60)),
    (50, IN, row(u8, u8, u16, counted(), counted(1), windows)), (51, IN, row(u8, u8, u16, counted())),
    (52, IN, TLSA), (53, IN, TLSA), (55, IN, hip), (56, IN, strings), (59, IN, ds), (60, IN, DNSKEY),
    (61, IN, lambda r: blob(r, 1, 500)), (62, IN, row(u32, u16, windows)),
    (63, IN, row(u32, lambda r: b"\x01", lambda r: b"\x01", fixed(48))), (64, IN, svcb), (65, IN, svcb), (99, IN, strings),
    (104, IN, row(u16, fixed(8))), (105, IN, row(u16, fixed(4))), (106, IN, row(u16, fixed(8))), (107, IN, row(u16, name)),
    (108, IN, fixed(6)), (109, IN, fixed(8)), (249, IN, row(plain_name, u32, u32, u16, u16, counted16, counted16)),
    (250, IN, tsig), (256, IN, uri), (257, IN, caa), (258, IN, strings), (260, IN, amtrelay), (32769, IN, ds),
    # What neither side has a form for, and Chaosnet's own address.
    (10, IN, blob), (65280, IN, blob), (1, CH, row(name, u16)),
]
