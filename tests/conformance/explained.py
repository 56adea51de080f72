# SPDX-License-Identifier: Apache-2.0
"""Where dnsmon and dnspython differ on purpose: dnspython's text turned into dnsmon's. docs/conformance.md says why."""
import re

import dns.name
import dns.rdtypes.svcbbase

#: Types that the registry named after dnspython 2.3, and TYPE0, which dnspython calls NONE.
NEWER = {40: "SINK", 57: "RKEY", 58: "TALINK", 31: "EID", 32: "NIMLOC", 34: "ATMA", 66: "DSYNC", 67: "HHIT", 68: "BRID", 69: "UNECE", 70: "ISO",
         100: "UINFO", 101: "UID", 102: "GID", 128: "NXNAME", 259: "DOA", 261: "RESINFO", 262: "WALLET", 263: "CLA",
         264: "IPN"}
#: IANA's mnemonics have hyphens; 4 (ECC) was never assigned.
ALGORITHMS = {"DSANSEC3SHA1": "DSA-NSEC3-SHA1", "RSASHA1NSEC3SHA1": "RSASHA1-NSEC3-SHA1", "ECCGOST": "ECC-GOST"}
CERT, RRSIG, NSEC, NSEC3, CSYNC, SVCB, HTTPS = 37, 46, 47, 50, 62, 64, 65
GPOS, DS, CDS, OPENPGPKEY, ZONEMD, EUI48, EUI64, TKEY, TSIG, URI, DLV = 27, 43, 59, 61, 63, 108, 109, 249, 250, 256, 32769
NSAP, APL = 22, 42
#: dnspython also refuses values that have a text but make no sense: digests of the wrong length, angles beyond the
#: pole, errors above 4095, a mandatory key that is not there. dnsmon logs them as they are.
JUDGES_VALUES = {GPOS, DS, CDS, ZONEMD, TSIG, SVCB, HTTPS, DLV}


def name_form(name, *_args, **_kw):
    """No trailing dot; only '.' and '\\' are escaped by a backslash (RFC 4343 2.1), dnspython escapes '"();@$' too."""
    labels = [label for label in name.labels if label]
    return ".".join("".join(octet_form(c) for c in label) for label in labels) or "."


def octet_form(c):
    if c in b".\\":
        return "\\" + chr(c)
    return chr(c) if 0x21 <= c <= 0x7E else f"\\{c:03d}"


def char_string(value):
    return "".join("\\" + chr(c) if c in b'"\\' else chr(c) if 0x20 <= c <= 0x7E else f"\\{c:03d}" for c in value)


def char_string_quoted(value):
    return f'"{char_string(value)}"'


def alpn_form(param):
    """RFC 9460 A.1: a list item escapes ',' and '\\' only; dnspython writes other octets' \\DDD with two backslashes."""
    items = [b"".join(b"\\" + bytes([c]) if c in b",\\" else bytes([c]) for c in item) for item in param.ids]
    return '"' + char_string(b",".join(items)) + '"'


def install_name_form():
    dns.name.Name.__str__ = name_form
    dns.name.Name.to_text = name_form
    dns.name.Name.to_unicode = name_form
    dns.rdtypes.svcbbase.ALPNParam.to_text = alpn_form


def newer_types(text):
    text = re.sub(r"(?<= )NONE(?= |$)", "TYPE0", text)
    return re.sub(r"\bTYPE(\d+)\b", lambda m: NEWER.get(int(m.group(1)), m.group(0)), text)


def no_form(rdtype, parsed):
    """An address family that RFC 3123 gives no text, an NSAP of no octets: RFC 3597 for dnsmon."""
    if rdtype == APL:
        return any(item.family not in (1, 2) for item in parsed.items)
    return rdtype == NSAP and not parsed.address


def explained(rdtype, rdata, parsed):
    if no_form(rdtype, parsed):
        return f"\\# {len(rdata)} {rdata.hex()}".rstrip()
    if rdtype == URI:  # RFC 7553 4.1: a quoted string; dnspython leaves '"' and '\\' bare and refuses octets above 127
        return f"{parsed.priority} {parsed.weight} {char_string_quoted(parsed.target)}"
    # Base64 and hex in one piece (RFC 4034 2.2: white space is allowed, not wanted); EUI has its own separators.
    text = parsed.to_text() if rdtype in (EUI48, EUI64, OPENPGPKEY) else parsed.to_text(chunksize=0)
    if rdtype == OPENPGPKEY:
        text = text.replace(" ", "")
    elif rdtype == CERT:
        text = " ".join(ALGORITHMS.get(word, word) for word in text.split(" "))
    elif rdtype in (NSEC, NSEC3, CSYNC, RRSIG):
        text = newer_types(text.replace("=", "") if rdtype == NSEC3 else text)  # RFC 5155 3.3: unpadded
    elif rdtype in (SVCB, HTTPS):
        text = text.replace(' key7="', ' dohpath="')  # RFC 9461 is newer
        text = re.sub(r'(?<=mandatory=")[^"]*', lambda m: re.sub(r"\bkey7\b", "dohpath", m.group(0)), text)
    elif rdtype in (TKEY, TSIG):
        text = text.replace("  ", " ")  # a key or MAC of no octets leaves no second blank
    return text.rstrip() or f"\\# {len(rdata)}"
