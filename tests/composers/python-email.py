#!/usr/bin/env python3
"""Python's email.message.EmailMessage. Usage: python-email.py LETTERS.JSON OUT"""
import email.headerregistry
import email.message
import email.policy
import json
import pathlib
import sys

source = pathlib.Path(sys.argv[1])
for letter in json.loads(source.read_text()):
    person = lambda p: email.headerregistry.Address(p["name"], addr_spec=p["address"])
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"] = person(letter["from"])
    mail["To"] = [person(p) for p in letter["to"]]
    if letter["cc"]:
        mail["Cc"] = [person(p) for p in letter["cc"]]
    mail["Subject"] = letter["subject"]
    mail["Date"] = letter["date"]
    mail["Message-ID"] = f"<{letter['number']}.python@example.org>"
    if letter["in_reply_to"]:
        mail["In-Reply-To"] = mail["References"] = letter["in_reply_to"]
    mail.set_content(letter["text"])
    if letter["html"]:
        mail.add_alternative(letter["html"], subtype="html")
    for file in letter["files"]:
        kind, subtype = file["type"].split("/")
        mail.add_attachment((source.parent / file["path"]).read_bytes(), maintype=kind, subtype=subtype, filename=file["name"])
    (pathlib.Path(sys.argv[2]) / f"{letter['number']}.eml").write_bytes(mail.as_bytes())
