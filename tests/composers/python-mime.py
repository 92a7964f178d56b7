#!/usr/bin/env python3
"""Python's older email.mime classes, as most scripts still use them. Usage: python-mime.py LETTERS.JSON OUT"""
import email.header
import email.mime.application
import email.mime.multipart
import email.mime.text
import email.utils
import json
import pathlib
import sys

source = pathlib.Path(sys.argv[1])
for letter in json.loads(source.read_text()):
    person = lambda p: email.utils.formataddr((p["name"], p["address"]))
    text = email.mime.text.MIMEText(letter["text"], "plain", "utf-8")
    if letter["html"]:
        body = email.mime.multipart.MIMEMultipart("alternative")
        body.attach(text)
        body.attach(email.mime.text.MIMEText(letter["html"], "html", "utf-8"))
    else:
        body = text
    mail = body
    if letter["files"]:
        mail = email.mime.multipart.MIMEMultipart()
        mail.attach(body)
        for file in letter["files"]:
            part = email.mime.application.MIMEApplication((source.parent / file["path"]).read_bytes(), file["type"].split("/")[1])
            part.add_header("Content-Disposition", "attachment", filename=file["name"])
            mail.attach(part)
    mail["From"] = person(letter["from"])
    mail["To"] = ", ".join(person(p) for p in letter["to"])
    if letter["cc"]:
        mail["Cc"] = ", ".join(person(p) for p in letter["cc"])
    mail["Subject"] = email.header.Header(letter["subject"], "utf-8")
    mail["Date"] = letter["date"]
    mail["Message-ID"] = f"<{letter['number']}.mime@example.org>"
    (pathlib.Path(sys.argv[2]) / f"{letter['number']}.eml").write_bytes(mail.as_bytes())
