#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tamper.py MODE [ARGUMENT] <message >message: makes a bad message out of a good one.
# Works on the octets, never through an XML writer, so that what is not meant to change does not.
import re
import sys


def letter(text, _):
    """One letter of the signed payload becomes another one."""
    value = re.compile(rb"(?:&gt;|>)([0-9A-Za-z]{3,})(?:&lt;|<)").search(text, text.index(b"requestData"))
    at = value.end(1) - 1
    return text[:at] + (b"1" if text[at:at + 1] != b"1" else b"2") + text[at + 1:]


def replace(text, argument):
    """old=new, once; fails when old is not there."""
    old, new = argument.encode().split(b"=", 1)
    if old not in text:
        sys.exit("tamper: %r is not in the message" % old)
    return text.replace(old, new, 1)


def body(text):
    match = re.search(rb"<([A-Za-z]+:)?Body\b.*</([A-Za-z]+:)?Body>", text, re.S)
    return match.start(), match.end()


def wrap(text, _):
    """The signed Body moves into the Header; a forged one with another Id takes its place."""
    start, end = body(text)
    signed = text[start:end]
    forged = re.sub(rb'Id="[^"]*"', b'Id="forged"', signed, count=1)
    header = re.search(rb"</([A-Za-z]+:)?Header>", text).start()
    return text[:header] + signed + text[header:start] + forged + text[end:]


def two_bodies(text, _):
    start, end = body(text)
    return text[:end] + text[start:end] + text[end:]


def unsign(text, _):
    """The Security header goes."""
    return re.sub(rb"<wsse:Security\b.*</wsse:Security>", b"", text, flags=re.S)


def doctype(text, _):
    start = text.index(b"?>") + 2 if text.startswith(b"<?xml") else 0
    return text[:start] + b'<!DOCTYPE x [<!ENTITY e "x">]>' + text[start:]


def truncate(text, argument):
    return text[:int(argument)]


modes = {f.__name__.replace("_", "-"): f for f in
         (letter, replace, wrap, two_bodies, unsign, doctype, truncate)}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in modes:
        sys.exit("usage: tamper.py " + "|".join(modes) + " [ARGUMENT] <message >message")
    argument = sys.argv[2] if len(sys.argv) > 2 else None
    sys.stdout.buffer.write(modes[sys.argv[1]](sys.stdin.buffer.read(), argument))
