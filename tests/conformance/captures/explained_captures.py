# SPDX-License-Identifier: Apache-2.0
"""What dnsmon and tshark 4.0 may differ in, and why; and the mnemonics that dnsmon writes for tshark's numbers."""


class Mnemonics:
    def __init__(self, prefix, table):
        self.prefix, self.table = prefix, table

    def number(self, text):
        return self.table[text] if text in self.table else int(text.removeprefix(self.prefix))


TYPES = Mnemonics("TYPE", {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17, "AAAA": 28,
    "LOC": 29, "SRV": 33, "NAPTR": 35, "OPT": 41, "DS": 43, "SSHFP": 44, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50,
    "NSEC3PARAM": 51, "TLSA": 52, "SVCB": 64, "HTTPS": 65, "WKS": 11, "TKEY": 249, "TSIG": 250, "IXFR": 251, "ANY": 255,
    "URI": 256, "CAA": 257})
OPCODES = Mnemonics("OPCODE", {"QUERY": 0, "IQUERY": 1, "STATUS": 2, "NOTIFY": 4, "UPDATE": 5, "DSO": 6})
RCODES = Mnemonics("RCODE", {"BADVERS": 16} | {name: code for code, name in enumerate((
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
    "DSOTYPENI"))})

UNREAD = "tshark reads no such link type, layer or port"
LENIENT = "a length that lies: what is there is a message; tshark stops, or calls the packet damaged"
DAMAGE = "tshark calls the message malformed; what could be read of it is logged, with decode_error"
RDATA = "tshark calls the message malformed; the record's data is logged as RFC 3597 has it"
SEGMENTS = "tshark leaves a segment out of order, or a message whose end never comes, undissected"

DIFFERENT = {f"{group}.{name}": why for group, why, names in (
    ("link", UNREAD, "slip docsis ppp_pppd cisco_hdlc_with_direction frame_relay_with_direction netanalyzer"),
    ("layer", UNREAD, "mpls_pseudowire fabric_path"),
    ("tunnel", UNREAD, "gre_vlan vxlan_8472"),
    ("ip", "tshark goes by the lower port's protocol", "from_a_lower_port"),
    ("ip", LENIENT, "total_length_cuts_the_message udp_length_zero udp_length_too_large udp_length_cuts_the_message "
                    "payload_length_zero_ipv6 jumbogram extension_headers_in_any_order"),
    ("ip", SEGMENTS, "tcp_reset tcp_out_of_order"),
    ("message", DAMAGE, "counts_too_large counts_absurd pointer_behind_the_end pointer_to_a_later_record label_type_1 label_type_2 "
                        "name_cut record_cut rdlength_too_large opt_option_runs_out"),
    ("message", RDATA, "aaaa_too_short txt_string_runs_out mx_cut soa_cut https_parameter_runs_out loc_too_short"),
) for name in names.split()}
