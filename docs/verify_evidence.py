"""Verify a pack of evidence without cds: Python's standard library and `cryptography`, nothing else.

    python verify_evidence.py PACK.json [VERIFIER_KEY ...]

Give the log's verifier key as its operator published it, or its file; without one, the key in the pack is trusted.
By log-format.md. Checked are signature, inclusion, body and ruleset; not whether the ruleset decides so.
"""

# ruff: noqa: INP001, PLR2004, T201
import json
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from zlib import decompress

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def demand(holds: object, problem: str) -> None:
    """End with a sentence unless something holds."""
    if not holds:
        raise SystemExit(f"NOT PROVED: {problem}")


def unbase64(text: str) -> bytes:
    """Decode base64 that has only one way to be written."""
    raw = b64decode(text, validate=True)
    demand(b64encode(raw).decode() == text, "base64 that is not canonical")
    return raw


def once(pairs: list) -> dict:
    """Make an object whose keys all differ."""
    demand(len(dict(pairs)) == len(pairs), "a key stands twice in an object")
    return dict(pairs)


def canonical(value: dict) -> bytes:
    """Write JSON as RFC 8785 does, for data without floats and with ASCII keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed_text(note: str, keys: list) -> str:
    """Give the text of a note that a key of the log signed; the log's name is the text's first line."""
    text, lines = note[: (end := note.rfind("\n\n") + 1)], note[end + 1 :]
    demand(lines.endswith("\n"), "the checkpoint is cut short")
    by_log, signed = False, set()
    for line in lines[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        demand(dash == "\u2014", "a line of the checkpoint is not a signature")
        raw = unbase64(encoded)
        demand((name, raw[:4]) not in signed, "a key signs the checkpoint twice")
        signed.add((name, raw[:4]))
        for key in keys:
            key_name, key_id, material = key.split("+", 2)
            kind, public = unbase64(material)[0], unbase64(material)[1:]
            true_id = sha256(key_name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]
            demand(true_id.hex() == key_id, f"the key {key_name} does not have its hash")
            if (name, raw[:4]) != (key_name, true_id):
                continue
            message, signature = text, raw[4:]
            if kind == 4:  # a witness signs with the time
                time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
                message = f"cosignature/v1\ntime {time}\n{text}"
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message.encode())
            print(f"signed by {key_name}+{key_id}" + (f", a witness, at {time} s since 1970" if kind == 4 else ""))
            by_log |= kind == 1 and name == text.split("\n")[0]
    demand(by_log, "the checkpoint is not signed by the log")
    return text


def root_from(leaf: bytes, index: int, size: int, hashes: list) -> bytes:
    """Work out the root from a leaf and its inclusion proof (RFC 9162, section 2.1.3.2)."""
    demand(0 <= index < size, "the record is beyond the end of the tree")
    node, last, root = index, size - 1, sha256(b"\0" + leaf).digest()
    for beside in hashes:
        demand(last and len(beside) == 32, "the proof is too long or malformed")
        if node & 1 or node == last:
            root = sha256(b"\1" + beside + root).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = sha256(b"\1" + root + beside).digest()
        node, last = node >> 1, last >> 1
    demand(last == 0, "the proof is too short")
    return root


def plain_body(body: bytes, key: bytes | None, header: dict) -> bytes | None:
    """Open the body: AES-256-GCM, the key committed to and the rest of the header bound to it."""
    said, sealing = header["body"], header["body"]["encryption"]
    demand(said["hash"] == "sha256:" + sha256(body).hexdigest(), "the body is not the one in the header")
    if sealing is None or key is None:
        return body if sealing is None else None
    committed = ("deflate-aes-256-gcm/1", sha256(b"cds-record/1 commitment\0" + key).hexdigest())
    demand((sealing["scheme"], sealing["commitment"]) == committed, "sealed by another key, or in an unknown way")
    bound = {name: value for name, value in header.items() if name != "seq"}
    bound["body"] = {name: value for name, value in said.items() if name != "hash"}
    return decompress(AESGCM(key).decrypt(body[32:44], body[44:], b"cds-record/1 body\0" + canonical(bound)))


def tell(body: bytes | None) -> None:
    """Print what the body says: of a decision the outcome and the recommendations, of other records everything."""
    document = {"body": "not in the pack, or sealed without its key"} if body is None else json.loads(body)
    demand(body in {None, canonical(document)}, "the body is not canonical: it could be read in two ways")
    decision = document.get("decision")
    said = f"decided: {decision['disposition']['code']}, as of {decision['as_of']}" if decision else document
    print(said if decision else json.dumps(said, indent=1, ensure_ascii=False))
    for listed in decision["recommendations"] if decision else []:
        print(f"- {listed['rule']}, {listed['binding']}: {listed['status']}. {listed.get('text', '')}")


def verify(pack: dict, keys: list) -> None:
    """Check every part of a pack against the others, and print what the record says."""
    demand(pack["schema"] == "cds-evidence/1", "this is not a pack of evidence")
    proof, record = pack["proof"], pack["record"]
    raw_header = unbase64(record["header"])
    header = json.loads(raw_header, object_pairs_hook=once)
    demand(canonical(header) == raw_header and header["schema"] == "cds-record/1", "the header is malformed")
    origin, size, root, *_ = signed_text(pack["checkpoint"], keys or pack["keys"]).split("\n")
    demand((proof["size"], proof["index"]) == (int(size), header["seq"]), "the proof is of another record or size")
    found = root_from(raw_header, proof["index"], proof["size"], [unbase64(text) for text in proof["hashes"]])
    demand(found == unbase64(root), "the header is not in the tree of the checkpoint")
    print(f"record {header['seq']} is in the log {origin} of {size} records")
    named, ruleset = header["ruleset"], pack["ruleset"]
    demand((named is None) == (ruleset is None), "there is a ruleset too many or too few")
    if named:
        stored = unbase64(ruleset)
        for name, hashed in (("stored", stored), ("digest", canonical(json.loads(stored)["content"]))):
            demand("sha256:" + sha256(hashed).hexdigest() == named[name], f"the ruleset has another hash: {name}")
    body, key = (None if record[part] is None else unbase64(record[part]) for part in ("body", "key"))
    body = None if body is None else plain_body(body, key, header)
    for word in ("kind", "recorded_at", "clock", "actor", "purpose", "subject", "ruleset", "engine"):
        print(f"{word}: {json.dumps(header[word])}")
    tell(body)
    print("PROVED" if keys else f"PROVED, if this is the key that the log's operator published: {pack['keys']}")


if __name__ == "__main__":
    try:
        given = " ".join(Path(word).read_text() if Path(word).is_file() else word for word in sys.argv[2:])
        verify(json.loads(Path(sys.argv[1]).read_bytes(), object_pairs_hook=once), given.split())
    except (InvalidSignature, InvalidTag):
        raise SystemExit("NOT PROVED: a signature is wrong, or the body does not belong to its header") from None
    except Exception as error:  # noqa: BLE001  # whatever it is, nothing is proved
        raise SystemExit(f"NOT PROVED: the pack is malformed ({error!r})") from None
