# SPDX-License-Identifier: Apache-2.0
"""Cases: DNS messages as servers, scanners and fuzzers send them. {name: maker(ident) -> message}."""
import struct

from dnsmon_e2e import wire

OPT, TSIG = 41, 250
ADDRESS = bytes([192, 0, 2, 1])
POINTER = b"\xc0\x0c"
L63 = b"\x3f" + b"a" * 63


def question(name="www.example.test", kind=1, klass=1):
    return (name if isinstance(name, bytes) else wire.name(name)) + struct.pack("!2H", kind, klass)


def record(kind=1, data=ADDRESS, owner=POINTER, klass=1, ttl=60, length=None):
    return owner + struct.pack("!2HIH", kind, klass, ttl, len(data) if length is None else length) + data


def opt(*options, size=1232, ttl=0):
    data = b"".join(struct.pack("!2H", code, len(value)) + value for code, value in options)
    return record(OPT, data, b"\0", size, ttl)


def query(*, flags=0x0100, questions=(question(),), additionals=(), extra=b"", counts=None):
    return lambda ident: (wire.header(ident, flags, *(counts or (len(questions), 0, 0, len(additionals))))
                          + b"".join(questions) + b"".join(additionals) + extra)


def answer(*records, flags=0x8180, questions=(question(),), authorities=(), additionals=(), extra=b"", counts=None):
    return lambda ident: (wire.header(ident, flags, *(counts or (len(questions), len(records), len(authorities), len(additionals))))
                          + b"".join((*questions, *records, *authorities, *additionals)) + extra)


def update(*updates, prerequisites=(), flags=0x2800):
    return lambda ident: (wire.header(ident, flags, 1, len(prerequisites), len(updates))
                          + question("example.test", 6) + b"".join((*prerequisites, *updates)))


def chain(pointers):
    """An answer whose owner names are pointers to pointers."""
    start = 12 + len(question())
    owners = [POINTER] + [struct.pack("!H", 0xC000 | start + 14 * i) for i in range(pointers)]
    return answer(*(record(65280, b"\0\0", owner) for owner in owners))


MESSAGES = {
    # Headers
    **{f"opcode_{n}": query(flags=n << 11) for n in range(16)},
    **{f"response_opcode_{n}": answer(flags=0x8000 | n << 11) for n in range(16)},
    **{f"rcode_{n}": answer(flags=0x8180 | n) for n in range(16)},
    "all_flags": query(flags=0x07F0),
    "query_with_an_rcode": query(flags=0x0105),
    "bare_header": query(questions=()),
    "bare_response": answer(questions=()),
    "bare_with_trailing_bytes": query(questions=(), extra=bytes(20)),
    "no_question": answer(record(owner=wire.name("alone.test")), questions=()),
    "three_questions": query(questions=(question(), question("b.test", 28), question("c.test", 15))),
    "questions_by_pointer": query(questions=(question(), question(POINTER, 28))),
    "counts_too_large": query(counts=(1, 0, 0, 500)),
    "counts_absurd": query(counts=(65535, 65535, 65535, 65535)),
    "answers_in_a_query": query(counts=(1, 1, 0, 0), extra=record()),
    "trailing_bytes": query(extra=b"trailing"),
    "dso_keepalive": lambda ident: wire.header(ident, 0x3000, 0) + struct.pack("!2H2I", 1, 8, 15000, 15000),
    "iquery": lambda ident: wire.header(ident, 0x0800, 0, 1) + record(owner=b"\0"),
    "status": query(flags=0x1000, questions=()),
    "notify": query(flags=0x2400, questions=(question("example.test", 6),)),
    "update_add": update(record(owner=b"\1a" + POINTER)),
    "update_delete": update(record(255, b"", POINTER, 255, 0), record(1, ADDRESS, POINTER, 254, 0)),
    "update_prerequisites": update(record(), prerequisites=(record(255, b"", POINTER, 255, 0), record(1, b"", POINTER, 254, 0))),
    "update_answered": update(flags=0xA800),
    # Names
    "root": query(questions=(question(".", 2),)),
    "name_255": query(questions=(question(L63 * 3 + b"\x3d" + b"b" * 61 + b"\0"),)),
    "name_256": query(questions=(question(L63 * 3 + b"\x3e" + b"b" * 62 + b"\0"),)),
    "name_of_127_labels": query(questions=(question(b"\1a" * 127 + b"\0"),)),
    "name_400": query(questions=(question(L63 * 6 + b"\0"),)),
    "name_mixed_case": query(questions=(question("wWw.eXaMpLe.tEsT"),)),
    "name_underscores": query(questions=(question("_sip._tcp.example.test", 33),)),
    "name_international": query(questions=(question("xn--bcher-kva.example"),)),
    "name_binary": query(questions=(question(wire.name([b"\0\xff\n", b"a b", b"caf\xc3\xa9"])),)),
    "pointer_to_itself": query(questions=(question(POINTER),)),
    "pointer_forwards": query(questions=(question(b"\3www\xc0\x16"),), extra=wire.name("forward.test")),
    "pointer_behind_the_end": query(questions=(question(b"\3www\xff\xff"),)),
    "pointer_into_the_header": answer(record(owner=b"\xc0\x04")),
    "pointer_to_a_later_record": answer(record(owner=b"\xc0\x40"), record(5, wire.name("later.test"))),
    "pointer_loop_of_two": answer(record(5, b"\xc0\x2e", b"\xc0\x2e")),
    "pointer_chain_20": chain(20),
    "pointer_chain_126": chain(126),
    "label_type_1": query(questions=(question(b"\x42ab\0"),)),
    "label_type_2": query(questions=(question(b"\x82ab\0"),)),
    "bit_string": query(questions=(question(b"\1a\x41\x0c\xab\xc0\4test\0", 12),)),
    "name_cut": lambda ident: wire.header(ident) + b"\3www\7exam",
    # Records
    "answer": answer(record(), record(28, bytes(16))),
    "cname_chain": answer(record(5, b"\1a" + POINTER), record(5, b"\1b" + POINTER, b"\1a" + POINTER), record(1, ADDRESS, b"\1b" + POINTER)),
    "sections": answer(record(), authorities=(record(2, wire.name("ns.test")),), additionals=(record(1, ADDRESS, wire.name("ns.test")), opt())),
    "ttl_with_the_top_bit": answer(record(ttl=0x80000001)),
    "address_empty": answer(record(1, b"")),
    "address_too_long": answer(record(1, bytes(5))),
    "aaaa_too_short": answer(record(28, bytes(15))),
    "txt_empty": answer(record(16, b"")),
    "txt_string_runs_out": answer(record(16, b"\x20short")),
    "mx_cut": answer(record(15, b"\0")),
    "soa": answer(record(6, POINTER + b"\1a" + POINTER + struct.pack("!5I", 1, 2, 3, 4, 5))),
    "soa_cut": answer(record(6, POINTER + POINTER + bytes(7))),
    "srv_at_the_root": answer(record(33, struct.pack("!3H", 1, 2, 53) + POINTER, b"\0")),
    "unknown_type": answer(record(65280, b"\1\2\3")),
    "type_0": answer(record(0, b"\1\2\3")),
    "unknown_class": answer(record(klass=4242)),
    "class_any": query(questions=(question(klass=255),)),
    "chaos_txt": answer(record(16, b"\x049.20", klass=3), questions=(question("version.bind", 16, 3),)),
    "any": answer(record(), record(15, b"\0\x0a" + POINTER), record(16, b"\1a"), questions=(question(kind=255),)),
    "dnssec": answer(record(), record(46, struct.pack("!HBBIIIH", 1, 13, 2, 60, 1, 2, 3) + wire.name("example.test") + bytes(64)),
                     authorities=(record(47, wire.name("b.test") + b"\0\1\x40"), record(50, b"\1\0\0\0\0\x14" + bytes(20) + b"\0\1\x40"))),
    "keys": answer(record(48, b"\1\1\3\x0d" + bytes(64)), record(43, b"\0\1\x0d\2" + bytes(32)), record(51, b"\1\0\0\0\0")),
    "https": answer(record(65, b"\0\1\0" + b"\0\1\0\3\2h2" + b"\0\3\0\2\1\xbb")),
    "https_parameter_runs_out": answer(record(65, b"\0\1\0" + b"\0\1\0\x20\2h2")),
    "svcb_alias": answer(record(64, b"\0\0" + wire.name("alias.test"))),
    "sshfp_caa_tlsa": answer(record(44, b"\4\2" + bytes(32)), record(257, b"\0\5issueca.test"), record(52, b"\3\1\1" + bytes(32))),
    "naptr_loc_uri": answer(record(35, b"\0\1\0\2\1s\7SIP+D2U\0" + POINTER), record(29, b"\0\x12\x16\x13" + bytes(12)), record(256, b"\0\1\0\1http://a")),
    "loc_of_another_version": answer(record(29, b"\1" + bytes(15))),
    "loc_too_short": answer(record(29, b"\0\x12")),
    "wks": answer(record(11, ADDRESS + b"\6\0\0\1")),
    "hinfo_minfo_rp": answer(record(13, b"\2PC\5Linux"), record(14, POINTER + POINTER), record(17, POINTER + POINTER)),
    "tkey": answer(record(249, wire.name("gss-tsig") + struct.pack("!2I3H", 1, 2, 3, 0, 4) + b"key!" + b"\0\0", klass=255)),
    "tsig": query(additionals=(record(TSIG, wire.name("hmac-sha256") + bytes(6) + b"\1\x2c\0\x20" + bytes(32) + b"\x12\x34\0\0\0\0", wire.name("key.test"), 255, 0),)),
    "ixfr": query(questions=(question("example.test", 251),), counts=(1, 0, 1, 0), extra=record(6, POINTER + POINTER + bytes(20))),
    "240_records": answer(*(record(1, bytes([10, 0, 0, i])) for i in range(240))),
    "record_cut": answer(record(), counts=(1, 2, 0, 0), extra=POINTER + b"\0\1\0\1\0\0"),
    "rdlength_too_large": answer(record(length=400)),
    # EDNS
    "opt": query(additionals=(opt(),)),
    "opt_all": query(additionals=(opt((3, b""), (8, b"\0\1\x18\0\xc0\0\2"), (10, bytes(8)), (11, b""), (12, bytes(9)), (14, b"\x4f\x66"), (65001, b"x"), ttl=0x8000),)),
    "opt_version_1": query(additionals=(opt(ttl=0x00010000),)),
    "opt_extended_rcode": answer(additionals=(opt(ttl=0x01000000),)),
    "opt_errors": answer(flags=0x8182, additionals=(opt((15, b"\0\x16no servers"), (15, b"\0\x17")),)),
    "opt_twice": query(additionals=(opt(), opt(size=512))),
    "opt_among_answers": answer(opt()),
    "opt_with_a_name": query(additionals=(record(OPT, b"", POINTER, 1232),)),
    "opt_option_runs_out": query(additionals=(record(OPT, b"\0\x0a\0\x08abc", b"\0", 1232),)),
    "opt_subnet_wrong": query(additionals=(opt((8, b"\0\7\x18\0\xc0\0\2")),)),
}
