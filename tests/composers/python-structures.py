#!/usr/bin/env python3
"""The other shapes of everyday mail, made with Python's email: pictures inside the text, invitations, forwarded mails, reports of
delivery and reading, signed and encrypted mails, mailing lists, newsletters. Usage: python-structures.py LETTERS.JSON OUT
"""
import email.headerregistry
import email.message
import email.mime.application
import email.mime.base
import email.mime.multipart
import email.mime.text
import email.policy
import json
import pathlib
import sys

source, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
LETTERS = [letter for letter in json.loads(source.read_text()) if letter["html"] is None and not letter["files"]]
FILES = source.parent / "files"
KEY = "b0" * 128


def plain(letter, text=None):
    """An ordinary mail of the letter, with text or without."""
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    person = lambda p: email.headerregistry.Address(p["name"], addr_spec=p["address"])
    mail["From"] = person(letter["from"])
    mail["To"] = [person(p) for p in letter["to"]]
    mail["Subject"] = letter["subject"]
    mail["Date"] = letter["date"]
    mail["Message-ID"] = f"<{letter['number']}.shape@example.org>"
    if text is not None:
        mail.set_content(text)
    return mail


def picture(letter):
    mail = plain(letter, letter["text"])
    mail.add_alternative(f"<html><body><p>{letter['subject']}</p><img src=\"cid:logo@example.org\"></body></html>", subtype="html")
    mail.get_payload()[1].add_related((FILES / "file.png").read_bytes(), "image", "png", cid="<logo@example.org>", filename="logo.png", disposition="inline")
    return mail


def invitation(letter):
    mail = plain(letter, letter["text"])
    mail.add_alternative(f"<p>{letter['subject']}</p>", subtype="html")
    calendar = (FILES / "file.ics").read_bytes().decode()
    mail.add_alternative(calendar, subtype="calendar", params={"method": "REQUEST"})
    mail.make_mixed()
    mail.add_attachment(calendar.encode(), "application", "ics", filename="invite.ics")
    return mail


def forwarded(letter):
    mail = plain(letter, "See below.\n")
    mail.add_attachment(picture(letter))
    return mail


def digest(letter):
    mail = plain(letter, "Today's messages\n")
    mail.add_attachment(plain(letter, letter["text"]))
    mail.add_attachment(plain(letter, letter["text"] * 3))
    return mail


def built(letter, body):
    """The fields of the letter over a body made of the older classes."""
    # As they are written, that is encoded.
    for name, value in email.message_from_bytes(plain(letter).as_bytes()).items():
        if name not in body:
            body[name] = value
    return body


def bounce(letter):
    report = email.mime.multipart.MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@mail.example.com (Mail Delivery System)"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["To"] = letter["from"]["address"]
    report["Auto-Submitted"] = "auto-replied"
    report.attach(email.mime.text.MIMEText("I'm sorry to have to inform you that your message could not\nbe delivered.\n"))
    report.attach(email.message_from_string(
        "Content-Type: message/delivery-status\nContent-Description: Delivery report\n\n"
        "Reporting-MTA: dns; mail.example.com\n\nFinal-Recipient: rfc822; bob@example.com\nAction: failed\nStatus: 5.1.1\n"))
    returned = email.mime.base.MIMEBase("message", "rfc822")
    returned.set_payload([email.message_from_bytes(plain(letter, letter["text"]).as_bytes())])
    report.attach(returned)
    return built(letter, report)


def receipt(letter):
    report = email.mime.multipart.MIMEMultipart("report", report_type="disposition-notification")
    report.attach(email.mime.text.MIMEText("Your message was read.\n"))
    report.attach(email.message_from_string(
        "Content-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822;bob@example.com\nDisposition: manual-action/MDN-sent-manually; displayed\n"))
    return built(letter, report)


def signed(letter, protocol, name, data, micalg):
    mail = email.mime.multipart.MIMEMultipart("signed", protocol=protocol, micalg=micalg)
    mail.attach(email.mime.text.MIMEText(letter["text"], "plain", "utf-8"))
    signature = email.mime.application.MIMEApplication(data, protocol.split("/")[1], name=name)
    signature.add_header("Content-Disposition", "attachment", filename=name)
    mail.attach(signature)
    return built(letter, mail)


def smime_signed(letter):
    return signed(letter, "application/pkcs7-signature", "smime.p7s", b"\x30\x82\x01\x00" + bytes.fromhex(KEY) * 2, "sha-256")


def pgp_signed(letter):
    mail = email.mime.multipart.MIMEMultipart("signed", protocol="application/pgp-signature", micalg="pgp-sha256")
    mail.attach(email.mime.text.MIMEText(letter["text"], "plain", "utf-8"))
    signature = email.message.Message()
    signature["Content-Type"] = 'application/pgp-signature; name="signature.asc"'
    signature["Content-Description"] = "OpenPGP digital signature"
    signature.set_payload("-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n")
    mail.attach(signature)
    return built(letter, mail)


def pgp_encrypted(letter):
    mail = email.mime.multipart.MIMEMultipart("encrypted", protocol="application/pgp-encrypted")
    version = email.message.Message()
    version.set_type("application/pgp-encrypted")
    version.set_payload("Version: 1\n")
    mail.attach(version)
    data = email.message.Message()
    data["Content-Type"] = 'application/octet-stream; name="encrypted.asc"'
    data["Content-Disposition"] = 'inline; filename="encrypted.asc"'
    data.set_payload("-----BEGIN PGP MESSAGE-----\n\nhQEMA0aB\n=abcd\n-----END PGP MESSAGE-----\n")
    mail.attach(data)
    return built(letter, mail)


def smime_encrypted(letter):
    mail = email.mime.application.MIMEApplication(b"\x30\x82\x01\x00" + bytes.fromhex(KEY) * 4, "pkcs7-mime", smime_type="enveloped-data", name="smime.p7m")
    mail.add_header("Content-Disposition", "attachment", filename="smime.p7m")
    return built(letter, mail)


def mailing_list(letter):
    body = email.mime.multipart.MIMEMultipart("mixed")
    body.attach(email.mime.text.MIMEText(letter["text"], "plain", "utf-8"))
    footer = email.mime.text.MIMEText("_______________________________________________\nList mailing list\nhttps://lists.example.org/\n", "plain", "us-ascii")
    footer.add_header("Content-Disposition", "inline")
    body.attach(footer)
    mail = built(letter, body)
    for n in range(4):
        mail["Received"] = f"from mail{n}.example.org (mail{n}.example.org [192.0.2.{n + 1}])\n\tby mail{n + 1}.example.com (Postfix) with ESMTPS id 4F2A{n}\n\tfor <list@example.org>; {letter['date']}"
    mail["List-Id"] = "A list <list.example.org>"
    mail["List-Unsubscribe"] = "<https://lists.example.org/options>,\n <mailto:list-request@example.org?subject=unsubscribe>"
    mail["Precedence"] = "list"
    mail["Sender"] = "list-bounces@example.org"
    return mail


def newsletter(letter):
    mail = plain(letter, letter["text"])
    row = "<tr><td style=\"padding:0 10px\"><a href=\"https://news.example.org/c/" + "a1b2c3" * 10 + "\">" + letter["subject"] + "</a></td></tr>\n"
    mail.add_alternative("<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body><table>\n" + row * 60 + "</table></body></html>\n", subtype="html")
    signature = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=key1; h=from:to:subject:date:message-id; bh=" + "Q" * 43 + "=; b=" + ("R" * 70 + " ") * 5
    raw = mail.as_bytes()
    fields = "".join(f"{name}: {signature[:100]}\r\n\t{signature[100:180]}\r\n\t{signature[180:400]}\r\n" for name in ("DKIM-Signature", "ARC-Message-Signature", "ARC-Seal"))
    return fields.encode() + b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nReturn-Path: <bounce+bob=example.com@news.example.org>\r\n" + raw


for letter in LETTERS:
    for shape in (picture, invitation, forwarded, digest, bounce, receipt, smime_signed, pgp_signed, pgp_encrypted, smime_encrypted, mailing_list, newsletter):
        mail = shape(letter)
        (out / f"{letter['number']}.{shape.__name__}.eml").write_bytes(mail if isinstance(mail, bytes) else mail.as_bytes())
