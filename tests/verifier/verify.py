"""Checks an evidence file of Holdfast, written from docs/formats/evidence.md and statement.md alone.

    verify.py FILE [KEY]          one verdict: genuine, not_genuine or cannot_tell, and the steps, as one JSON object
    verify.py --cases LIST        the same for each line of LIST, a JSON object: the file in hex, and the key at hand or null

Wants Debian's python3-cryptography. Shares no code with the programs of this repository; the tests compare the answers.
"""

import datetime
import hashlib
import json
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

GENUINE, NOT_GENUINE, CANNOT_TELL, NOT_NEEDED = "genuine", "not_genuine", "cannot_tell", "not_needed"
FILE_MAX = 256 * 1024
BEGINNING = b'{\n  "format": "holdfast evidence"'
END_A, END_B = b'\n  "signature": "', b'"\n}\n'
WEEK_MS, QUARTER_MS = 7 * 86_400_000, 6 * 3_600_000
SOURCES = {"system": 1, "system_uuid": 2, "board": 3, "chassis": 4, "disk": 5, "interface": 6, "dish": 7, "ups": 8}
KINDS = {"system": "serial", "board": "serial", "chassis": "serial", "disk": "disk_serial", "ups": "ups_serial"}
ALL_KINDS = {"serial", "kit", "utid", "imei", "mac", "smbios_uuid", "tpm_key", "disk_serial", "ups_serial"}
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


# What the library says of a certificate that is none.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, x509.InvalidVersion, UnsupportedAlgorithm)


class Fault(Exception):
    """A step does not hold."""


class Unknown(Exception):
    """A step cannot be told."""


def need(holds, why):
    if not holds:
        raise Fault(why)


# ---- JSON as the page wants it: these fields, these types, once ------------------------------------------------------


def once(pairs):
    names = [name for name, _ in pairs]
    need(len(names) == len(set(names)), "a field is there twice")
    return dict(pairs)


def fields(value, /, **types):
    need(isinstance(value, dict) and set(value) == set(types), "the fields are others")
    for name, fits in types.items():
        need(fits(value[name]), name)


def text(value):
    return isinstance(value, str)


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def count(value):
    return whole(value) and 0 <= value < 2**32


def place(value):
    return whole(value) and value >= 0


def digits(value):
    return text(value) and len(value) % 2 == 0 and all(c in "0123456789abcdef" for c in value)


def node_id(value):
    return text(value) and decoded(value) is not None


def decoded(value):
    """Five bytes of Crockford's base32, as people type it; the file holds the one form that programs write."""
    if len(value) != 8 or any(c not in BASE32 for c in value):
        return None
    number = 0
    for c in value:
        number = number * 32 + BASE32.index(c)
    return number.to_bytes(5, "big")


def week_start(value):
    if not text(value) or len(value) != 8 or value[4:6] != "-W" or not (value[:4] + value[6:]).isascii():
        return None
    try:
        monday = datetime.date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
    except ValueError:
        return None
    if f"{int(value[:4]):04}-W{int(value[6:]):02}" != value or int(value[:4]) < 1970:
        return None
    return (monday - datetime.date(1970, 1, 1)).days * 86_400_000


def optional(fits):
    return lambda value: value is None or fits(value)


def listed(fits):
    return lambda value: isinstance(value, list) and all(fits(one) for one in value)


def read(body):
    loaded = json.loads(body.decode("utf-8", "strict")[:-1] + "\n}\n", object_pairs_hook=once)
    if isinstance(loaded, dict) and count(loaded.get("version")) and loaded["version"] != 1:
        raise Unknown("another version")
    fields(
        loaded,
        format=lambda v: v == "holdfast evidence",
        version=lambda v: v == 1,
        fleet=text,
        made_ms=whole,
        item=node_id,
        model=text,
        week=lambda v: week_start(v) is not None,
        level=lambda v: v in ("E0", "E1", "E2"),
        observations=count,
        longest_gap_ms=whole,
        binding=lambda v: v is None or isinstance(v, dict),
        statements=lambda v: isinstance(v, list),
        certificates=listed(digits),
        ledger=optional(digits),
        key=digits,
    )
    if loaded["binding"] is not None:
        fields(
            loaded["binding"],
            kind=lambda v: v in ALL_KINDS,
            value=text,
            node=node_id,
            key_sha256=digits,
            bound_ms=whole,
            ended_ms=optional(whole),
            by_sha256=digits,
        )
    for one in loaded["statements"]:
        fields(
            one,
            head=digits,
            signature=digits,
            clock=lambda v: v in ("node", "controller"),
            at_ms=whole,
            error_ms=whole,
            shown=lambda v: isinstance(v, dict),
        )
        fields(one["shown"], place=place, salt=digits, source=text, part=text, serial=text, detail=text)
    return loaded


def opened(data):
    if len(data) > FILE_MAX:
        raise Unknown("too large")
    front, tail = data[: -(len(END_B) + 128)], data[-(len(END_B) + 128) :]
    signature = tail[:128].decode("ascii", "replace")
    if not (len(tail) == 128 + len(END_B) and tail.endswith(END_B) and digits(signature) and front.endswith(END_A)):
        if data.startswith(BEGINNING):
            raise Fault("the end is cut off or altered")
        raise Unknown("no evidence file")
    body = front[: -len(END_A)]
    need(body.endswith(b","), "not as it was made")
    try:
        return read(body), body, bytes.fromhex(signature)
    except (ValueError, RecursionError) as error:
        raise Fault(str(error)) from error


# ---- the statement's head --------------------------------------------------------------------------------------------


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, number):
        need(self.at + number <= len(self.data), "a statement is cut")
        self.at += number
        return self.data[self.at - number : self.at]

    def varint(self, most=2**64):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                need((byte or shift == 0) and value < most, "a number is not in its shortest form, or too large")
                return value
        raise Fault("a number is too long")


class Head:
    def __init__(self, data):
        r = Reader(data)
        need(r.take(1) == b"\x01", "a statement of another version")
        self.node = r.take(5)
        self.instant = (r.varint(2**32), r.varint())
        self.clock = None
        trust = r.take(1)[0]
        need(trust <= 1, "clock")
        if trust:
            zigzag = r.varint()
            wall = (zigzag >> 1) ^ -(zigzag & 1)
            need(0 <= wall <= 253_402_300_799_999, "wall time")
            self.clock = (wall, r.varint(86_400_001))
        try:
            r.take(r.varint(65)).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Fault("text") from error
        self.digests = [r.take(32) for _ in range(r.varint(65))]
        need(r.at == len(data), "bytes are left over")


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def short(value, most):
    """Text behind its length; longer than the format allows it can be no claim."""
    data = value.encode("utf-8")
    need(len(data) <= most, "a text is too long")
    return varint(len(data)) + data


def claim_digest(shown):
    need(shown["source"] in SOURCES, "an unknown source")
    salt = bytes.fromhex(shown["salt"])
    need(len(salt) == 16, "a salt has another length")
    claim = bytes([SOURCES[shown["source"]]]) + short(shown["part"], 32) + b"\x01"
    claim += short(shown["serial"], 64) + short(shown["detail"], 64)
    return hashlib.sha256(b"holdfast claim v1\0" + salt + claim).digest()


# ---- the steps -------------------------------------------------------------------------------------------------------


def spki(certificate):
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def controller_signature(file, body, signature):
    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(file["key"]))
        key.verify(signature, b"holdfast evidence v1\0" + body)
    except (InvalidSignature, ValueError) as error:
        raise Fault("altered, or never signed") from error


def controller_key(file, key):
    if key is None or key["fleet"] != file["fleet"] or file["key"] not in key["evidence_keys"]:
        raise Unknown("not known")


def is_authority(certificate):
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def signs(above, below):
    need(above.subject == below.issuer, "names")
    try:
        above.public_key().verify(below.signature, below.tbs_certificate_bytes, ec.ECDSA(below.signature_hash_algorithm))
    except InvalidSignature as error:
        raise Fault("a certificate is not signed by the next") from error


def chain(file):
    try:
        return [x509.load_der_x509_certificate(bytes.fromhex(one)) for one in file["certificates"]]
    except UNREADABLE as error:
        raise Fault("a certificate cannot be read") from error


def valid(certificate, side):
    # Debian's version of the library has the one name, later ones the other.
    name = f"not_valid_{side}"
    return getattr(certificate, f"{name}_utc", None) or getattr(certificate, name)


def certificates(file, key):
    binding, read_ones = file["binding"], chain(file)
    need(binding is not None and len(read_ones) == 3, "binding or chain")
    node, intermediate, root = read_ones
    try:
        signs(root, root)
        signs(root, intermediate)
        signs(intermediate, node)
        authorities = [is_authority(one) for one in read_ones]
        names = [name.value for name in node.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        hashes = [hashlib.sha256(spki(one)).digest() for one in read_ones]
    except UNREADABLE as error:
        raise Fault("a certificate cannot be used") from error
    need(authorities == [False, True, True], "authorities")
    need(names == [binding["node"]], "another node")
    need(hashes[0].hex() == binding["key_sha256"], "another key")
    for one in read_ones:
        start, end = (valid(one, side).replace(tzinfo=datetime.timezone.utc).timestamp() for side in ("before", "after"))
        need(all(start <= stated["at_ms"] // 1000 <= end for stated in file["statements"]), "not valid then")
    need(hashes[2][:8].hex() == file["fleet"], "another fleet")
    if key is None or key["fleet"] != file["fleet"]:
        raise Unknown("no verification key of this fleet")
    need(hashes[2].hex() == key["root_sha256"], "another root")


def node_signature(file):
    binding = file["binding"]
    need(binding is not None and file["certificates"], "binding or certificate")
    try:
        public, instants = chain(file)[0].public_key(), set()
    except UNREADABLE as error:
        raise Fault("the node's key cannot be used") from error
    for stated in file["statements"]:
        data, signature = bytes.fromhex(stated["head"]), bytes.fromhex(stated["signature"])
        head = Head(data)
        need(head.node == decoded(binding["node"]), "another node")
        need(len(signature) == 64 and isinstance(public, ec.EllipticCurvePublicKey), "signature")
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        try:
            public.verify(encode_dss_signature(r, s), b"holdfast statement v1\0" + data, ec.ECDSA(SHA256()))
        except InvalidSignature as error:
            raise Fault("not signed by the node") from error
        at = stated["shown"]["place"]
        need(at < len(head.digests) and head.digests[at] == claim_digest(stated["shown"]), "the claim is not in it")
        need(head.instant not in instants, "twice")
        instants.add(head.instant)


def written(serial):
    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in serial.strip())


def bound(file):
    binding = file["binding"]
    need(binding is not None and binding["kind"] in KINDS.values(), "binding")
    need(len(binding["by_sha256"]) == 64, "by_sha256")
    for stated in file["statements"]:
        need(KINDS.get(stated["shown"]["source"]) == binding["kind"], "another kind")
        need(written(stated["shown"]["serial"]) == binding["value"], "another serial")
        ended = binding["ended_ms"] is not None and stated["at_ms"] >= binding["ended_ms"]
        need(binding["bound_ms"] <= stated["at_ms"] and not ended, "not bound then")


def window(file):
    start = week_start(file["week"])
    end = start + WEEK_MS
    until = min(end, file["made_ms"])
    need(until >= start, "made before the week")
    if file["level"] != "E2":
        empty = file["binding"] is None and not file["statements"] and not file["certificates"]
        need(empty and file["observations"] == 0 and file["longest_gap_ms"] == until - start, "below E2")
        return
    need(1 <= len(file["statements"]) <= 28, "number")
    quarter, before, longest = -1, start, 0
    for stated in file["statements"]:
        clock, at, error = Head(bytes.fromhex(stated["head"])).clock, stated["at_ms"], stated["error_ms"]
        need((clock == (at, error)) if stated["clock"] == "node" else clock is None, "another time")
        need(error >= 0 and start <= at - error and at + error < end, "another week")
        need((at - start) // QUARTER_MS > quarter, "twice, or out of order")
        quarter = (at - start) // QUARTER_MS
        longest, before = max(longest, at - before), at
    need(file["observations"] == len(file["statements"]), "another number")
    need(file["longest_gap_ms"] == max(longest, until - before), "another gap")


def check(data, key):
    steps = {}

    def step(name, act, *arguments):
        try:
            act(*arguments)
            steps[name] = GENUINE
        except Fault:
            steps[name] = NOT_GENUINE
        except Unknown:
            steps[name] = CANNOT_TELL

    parts = []
    step("form", lambda: parts.extend(opened(data)))
    if steps["form"] == GENUINE:
        file, body, signature = parts
        step("controller_signature", controller_signature, file, body, signature)
        step("controller_key", controller_key, file, key)
        if file["level"] == "E2":
            step("certificates", certificates, file, key)
            step("node_signature", node_signature, file)
            step("binding", bound, file)
        else:
            steps.update(certificates=NOT_NEEDED, node_signature=NOT_NEEDED, binding=NOT_NEEDED)
        step("window", window, file)
    answers = set(steps.values())
    verdict = NOT_GENUINE if NOT_GENUINE in answers else CANNOT_TELL if CANNOT_TELL in answers else GENUINE
    return {"verdict": verdict, "steps": steps}


def main(arguments):
    if arguments[0] == "--cases":
        with open(arguments[1], encoding="utf-8") as source:
            for line in source:
                case = json.loads(line)
                print(json.dumps(check(bytes.fromhex(case["file"]), case["key"])))
        return
    key = None
    if len(arguments) > 1:
        with open(arguments[1], encoding="utf-8") as source:
            key = json.load(source)
        assert key["format"] == "holdfast verification key" and key["version"] == 1, "no verification key"
    with open(arguments[0], "rb") as source:
        print(json.dumps(check(source.read(), key)))


if __name__ == "__main__":
    main(sys.argv[1:])
