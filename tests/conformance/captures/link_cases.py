# SPDX-License-Identifier: Apache-2.0
"""Cases: what may stand before IP, in captures of every kind of link and in tunnels. {name: (link type, frame maker)}."""
import struct

from packets import ethernet, ipv4, ipv6, snap, udp

ETHERNET, RAW = 1, 101
WIFI_DATA = b"\x08\x01\0\0" + bytes(20)


def le(fmt, *values):
    return struct.pack("<" + fmt, *values)


def be(fmt, *values):
    return struct.pack("!" + fmt, *values)


def radiotap(frame, present=0, fields=b""):
    return le("BxHI", 0, 8 + len(fields), present) + fields + frame


def nflog(ip):
    attributes = le("HH", 5, 1) + b"\xff\0\0\0" + le("HH", 4 + len(ip), 9) + ip
    return b"\x02\0\0\0" + attributes


# Link types of captures. The maker gets an IPv4 packet.
LINKS = {
    "null_little": (0, lambda ip: b"\x02\0\0\0" + ip),
    "null_big": (0, lambda ip: b"\0\0\0\x02" + ip),
    "loop": (108, lambda ip: b"\0\0\0\x02" + ip),
    "ethernet": (1, ethernet),
    "ethernet_padded": (1, lambda ip: ethernet(ip) + bytes(18)),
    "token_ring": (6, lambda ip: b"\x10\x40" + bytes(12) + snap(ip)),
    "slip": (8, lambda ip: b"\0" + bytes(15) + ip),
    "ppp": (9, lambda ip: b"\xff\x03\0\x21" + ip),
    "ppp_compressed": (9, lambda ip: b"\x21" + ip),
    "fddi": (10, lambda ip: b"\x50" + bytes(12) + snap(ip)),
    "raw_12": (12, lambda ip: ip),
    "atm_rfc1483": (100, snap),
    "raw": (101, lambda ip: ip),
    "ppp_hdlc": (50, lambda ip: b"\xff\x03\0\x21" + ip),
    "ppp_ether": (51, lambda ip: be("BBHHH", 0x11, 0, 1, 2 + len(ip), 0x0021) + ip),
    "cisco_hdlc": (104, lambda ip: b"\x0f\0\x08\0" + ip),
    "wifi": (105, lambda ip: WIFI_DATA + snap(ip)),
    "wifi_quality": (105, lambda ip: b"\x88\x01" + bytes(24) + snap(ip)),
    "wifi_four_addresses": (105, lambda ip: b"\x08\x03" + bytes(28) + snap(ip)),
    "frame_relay": (107, lambda ip: b"\x18\x41\x03\xcc" + ip),
    "frame_relay_snap": (107, lambda ip: b"\x18\x41\x03\x00\x80\0\0\0\x08\0" + ip),
    "enc": (109, lambda ip: le("III", 2, 0, 0) + ip),
    "cooked": (113, lambda ip: be("HHH8xH", 4, 1, 6, 0x0800) + ip),
    "pflog": (117, lambda ip: b"\x3d\x02\0\0" + bytes(60) + ip),
    "prism": (119, lambda ip: be("II", 0x44, 144) + bytes(136) + WIFI_DATA + snap(ip)),
    "avs": (163, lambda ip: be("II", 0x80211001, 64) + bytes(56) + WIFI_DATA + snap(ip)),
    "ip_over_fibre_channel": (122, lambda ip: bytes(16) + snap(ip)),
    "sunatm": (123, lambda ip: b"\x02\0\0\x20" + snap(ip)),
    "radiotap": (127, lambda ip: radiotap(WIFI_DATA + snap(ip))),
    "radiotap_flags": (127, lambda ip: radiotap(WIFI_DATA + snap(ip), 2, b"\0")),
    "radiotap_padded_header": (127, lambda ip: radiotap(b"\x88\x01" + bytes(26) + snap(ip), 2, b"\x20")),
    "radiotap_fcs": (127, lambda ip: radiotap(WIFI_DATA + snap(ip) + b"FCS!", 2, b"\x10")),
    "ip_over_1394": (138, lambda ip: bytes(16) + be("H", 0x0800) + ip),
    "docsis": (143, lambda ip: be("BBH2x", 0, 0, len(ip) + 18) + ethernet(ip) + b"FCS!"),
    "ppp_pppd": (166, lambda ip: b"\x01\x03\0\x21" + ip),
    "ppi_ethernet": (192, lambda ip: le("BxHI", 0, 8, 1) + ethernet(ip)),
    "ppi_wifi": (192, lambda ip: le("BxHI", 0, 8, 105) + WIFI_DATA + snap(ip)),
    "erf_ethernet": (197, lambda ip: bytes(8) + be("BBHHH", 2, 4, 18 + 14 + len(ip), 0, 14 + len(ip)) + bytes(2) + ethernet(ip)),
    "ppp_with_direction": (204, lambda ip: b"\0\xff\x03\0\x21" + ip),
    "cisco_hdlc_with_direction": (205, lambda ip: b"\0\x0f\0\x08\0" + ip),
    "frame_relay_with_direction": (206, lambda ip: b"\0\x18\x41\x03\xcc" + ip),
    "ipv4": (228, lambda ip: ip),
    "nflog": (239, nflog),
    "netanalyzer": (240, lambda ip: b"\0\x18" + le("H", len(ip) + 18) + ethernet(ip) + b"FCS!"),
    "cooked_2": (276, lambda ip: be("HHIHBB8x", 0x0800, 0, 1, 1, 0, 6) + ip),
    "pktap": (258, lambda ip: le("III", 108, 1, 1) + bytes(96) + ethernet(ip)),
}


def vlan(*tags):
    """Ethernet with tags (type, what stands before the next EtherType)."""
    def frame(ip):
        out = b""
        kind = 0x0800
        for tag, body in reversed(tags):
            out = body + be("H", kind) + out
            kind = tag
        return ethernet(out + ip, kind)
    return frame


def pppoe(ip):
    return ethernet(be("BBHHH", 0x11, 0, 1, 2 + len(ip), 0x0021) + ip, 0x8864)


def labels(*stack):
    return b"".join(be("I", label << 12 | (i == len(stack) - 1) << 8 | 64) for i, label in enumerate(stack))


# What Ethernet may carry before IP.
LAYERS = {
    "vlan": vlan((0x8100, b"\0\x05")),
    "qinq": vlan((0x88A8, b"\0\x05"), (0x8100, b"\0\x06")),
    "qinqinq": vlan((0x8100, b"\0\x05"), (0x8100, b"\0\x06"), (0x8100, b"\0\x07")),
    "qinq_9100": vlan((0x9100, b"\0\x05"), (0x8100, b"\0\x06")),
    "vntag": vlan((0x8926, b"\0\0\0\x01")),
    "etag": vlan((0x893F, b"\0\0\0\x01\0\0")),
    "macsec_without_encryption": lambda ip: ethernet(b"\0\0" + be("I", 1) + be("H", 0x0800) + ip + bytes(16), 0x88E5),
    "llc_snap": lambda ip: ethernet(snap(ip), len(snap(ip))),
    "llc_ip": lambda ip: ethernet(b"\x06\x06\x03" + ip, 3 + len(ip)),
    "mpls": lambda ip: ethernet(labels(16) + ip, 0x8847),
    "mpls_stack": lambda ip: ethernet(labels(16, 17, 18) + ip, 0x8847),
    "mpls_pseudowire": lambda ip: ethernet(labels(16) + bytes(4) + ethernet(ip), 0x8847),
    "pppoe": pppoe,
    "pppoe_in_vlan": lambda ip: vlan((0x8100, b"\0\x05"))(b"")[:16] + be("H", 0x8864) + pppoe(ip)[14:],
    "mac_in_mac": lambda ip: ethernet(bytes(4) + ethernet(ip), 0x88E7),
    "transparent_bridging": lambda ip: ethernet(ethernet(ip), 0x6558),
    "service_header": lambda ip: ethernet(b"\0\x06\x01\x01" + be("I", 0x1FF) + bytes(16) + ip, 0x894F),
    "service_header_ethernet": lambda ip: ethernet(b"\0\x02\x02\x03" + be("I", 0x1FF) + ethernet(ip), 0x894F),
    "fabric_path": lambda ip: ethernet(b"\0\x40" + ethernet(ip), 0x8903),
    "cisco_metadata": lambda ip: ethernet(b"\x01\x01\0\x01\0\x05" + be("H", 0x0800) + ip, 0x8909),
}

GRE4 = lambda body: ipv4(body, 47, ("198.51.100.1", "198.51.100.2"))  # noqa: E731
UDP4 = lambda body, port: ipv4(udp(body, (50000, port)), ends=("198.51.100.1", "198.51.100.2"))  # noqa: E731

# Tunnels: the maker gives an IPv4 packet that carries one.
TUNNELS = {
    "ip_in_ip": lambda ip: ipv4(ip, 4),
    "ip_in_ip6": lambda ip: ipv6(ip, 4),
    "gre": lambda ip: GRE4(be("HH", 0, 0x0800) + ip),
    "gre_key_and_sequence": lambda ip: GRE4(be("HHII", 0x3000, 0x0800, 1, 2) + ip),
    "gre_checksum": lambda ip: GRE4(be("HHHH", 0x8000, 0x0800, 0, 0) + ip),
    "gre_in_gre": lambda ip: GRE4(be("HH", 0, 0x0800) + GRE4(be("HH", 0, 0x0800) + ip)),
    "gre_ethernet": lambda ip: GRE4(be("HH", 0, 0x6558) + ethernet(ip)),
    "nvgre": lambda ip: GRE4(be("HHI", 0x2000, 0x6558, 0x100) + ethernet(ip)),
    "gre_mpls": lambda ip: GRE4(be("HH", 0, 0x8847) + labels(16) + ip),
    "gre_vlan": lambda ip: GRE4(be("HH", 0, 0x8100) + be("HH", 5, 0x0800) + ip),
    "gre_ppp": lambda ip: GRE4(be("HHHHI", 0x3001, 0x880B, 4 + len(ip), 1, 1) + b"\xff\x03\0\x21" + ip),
    "gre_ppp_compressed": lambda ip: GRE4(be("HHHHI", 0x3001, 0x880B, 1 + len(ip), 1, 1) + b"\x21" + ip),
    "gre_wccp": lambda ip: GRE4(be("HH", 0, 0x883E) + ip),
    "gre_wccp_2": lambda ip: GRE4(be("HH", 0, 0x883E) + bytes(4) + ip),
    "gre_aruba": lambda ip: GRE4(be("HH", 0, 0x8200) + WIFI_DATA + snap(ip)),
    "erspan_1": lambda ip: GRE4(be("HH", 0, 0x88BE) + ethernet(ip)),
    "erspan_2": lambda ip: GRE4(be("HHI", 0x1000, 0x88BE, 1) + be("HHI", 0x1001, 1, 0) + ethernet(ip)),
    "erspan_3": lambda ip: GRE4(be("HHI", 0x1000, 0x22EB, 1) + be("HHIHH", 0x2001, 1, 0, 0, 0) + ethernet(ip)),
    "erspan_3_subheader": lambda ip: GRE4(be("HHI", 0x1000, 0x22EB, 1) + be("HHIHH", 0x2001, 1, 0, 0, 1) + bytes(8) + ethernet(ip)),
    "etherip": lambda ip: ipv4(b"\x30\0" + ethernet(ip), 97),
    "mpls_in_ip": lambda ip: ipv4(labels(16) + ip, 137),
    "authentication_header": lambda ip: ipv4(b"\x04\x04\0\0" + bytes(20) + ip, 51),
    "vxlan": lambda ip: UDP4(be("II", 0x08000000, 0x500) + ethernet(ip), 4789),
    "vxlan_gpe": lambda ip: UDP4(be("II", 0x0C000001, 0x500) + ip, 4790),
    "vxlan_gpe_service_header": lambda ip: UDP4(be("II", 0x0C000004, 0x500) + b"\0\x02\x02\x01" + be("I", 0x1FF) + ip, 4790),
    "vxlan_8472": lambda ip: UDP4(be("II", 0x08000000, 0x500) + ethernet(ip), 8472),
    "geneve": lambda ip: UDP4(be("HHI", 0, 0x6558, 0x500) + ethernet(ip), 6081),
    "geneve_options": lambda ip: UDP4(be("HHI", 0x0200, 0x6558, 0x500) + be("HBBI", 0x102, 1, 1, 7) + ethernet(ip), 6081),
    "geneve_ip": lambda ip: UDP4(be("HHI", 0, 0x0800, 0x500) + ip, 6081),
    "gtp": lambda ip: UDP4(be("BBHI", 0x30, 0xFF, len(ip), 1) + ip, 2152),
    "gtp_sequence": lambda ip: UDP4(be("BBHIHBB", 0x32, 0xFF, len(ip) + 4, 1, 1, 0, 0) + ip, 2152),
    "gtp_extension": lambda ip: UDP4(be("BBHIHBB", 0x34, 0xFF, len(ip) + 8, 1, 0, 0, 0x85) + b"\x01\x10\x01\0" + ip, 2152),
    "l2tp": lambda ip: UDP4(be("HHH", 2, 1, 1) + b"\xff\x03\0\x21" + ip, 1701),
    "l2tp_length_sequence_offset": lambda ip: UDP4(be("7H", 0x4A02, 20 + len(ip), 1, 1, 0, 0, 2) + b"\0\0\xff\x03\0\x21" + ip, 1701),
    "teredo": lambda ip: UDP4(ipv6(ip, 4), 3544),
    "teredo_origin": lambda ip: UDP4(bytes(2) + bytes(6) + ipv6(ip, 4), 3544),
    "gre_in_udp": lambda ip: UDP4(be("HH", 0, 0x0800) + ip, 4754),
    "mpls_in_udp": lambda ip: UDP4(labels(16) + ip, 6635),
    "tazmen": lambda ip: UDP4(be("BBH", 1, 0, 1) + b"\x01" + ethernet(ip), 37008),
    "lisp_data": lambda ip: UDP4(be("II", 0x80000001, 1) + ip, 4341),
}
