#!/usr/bin/env python3
"""Writes the letters that every composer turns into mails, and the files attached to them.

Usage: letters.py FOLDER     writes FOLDER/letters.json and FOLDER/files/*

A letter is what a person means: names, texts and files in many scripts. How it becomes a mail is the composer's business.
"""

import base64
import datetime
import hashlib
import io
import json
import pathlib
import struct
import sys
import zipfile
import zlib

PEOPLE = {
    "latin": ("Jürgen Größe", "Rechnung für März, überarbeitet", "Bericht März – Übersicht", "Guten Tag,\n\nanbei die Übersicht. Schöne Grüße\nJürgen\n"),
    "french": ("Zoé Lefèvre", "Réunion déplacée à 14 h", "procès-verbal été", "Bonjour,\n\nvoici le procès-verbal de la réunion.\n\nÀ bientôt, Zoé\n"),
    "polish": ("Łukasz Żółć", "Zażółć gęślą jaźń", "umowa źródłowa", "Dzień dobry,\n\nprzesyłam umowę. Pozdrawiam\nŁukasz\n"),
    "greek": ("Γιώργος Παππάς", "Προσφορά για τον Ιούνιο", "προσφορά", "Καλημέρα,\n\nσας στέλνω την προσφορά.\n"),
    "cyrillic": ("Анна Петрова", "Договор на подпись", "договор", "Здравствуйте!\n\nДоговор во вложении.\n"),
    "arabic": ("ليلى حسن", "تقرير الشهر الماضي", "تقرير شهري", "مرحبا،\n\nأرفق لكم التقرير.\n"),
    "hebrew": ("דוד כהן", "סיכום הפגישה", "סיכום פגישה", "שלום,\n\nמצורף סיכום הפגישה.\n"),
    "hindi": ("अनिल शर्मा", "बैठक का विवरण", "विवरण पत्र", "नमस्ते,\n\nविवरण संलग्न है।\n"),
    "thai": ("สมชาย ใจดี", "รายงานประจำเดือน", "รายงาน", "สวัสดีครับ\n\nแนบรายงานมาด้วยครับ\n"),
    "chinese": ("王小明", "六月份的报价单", "报价单", "您好:\n\n附件是报价单,请查收。\n"),
    "japanese": ("佐藤 花子", "お見積もりの件について", "見積書", "お世話になっております。\n\n見積書を添付いたします。\n"),
    "korean": ("김민준", "회의 자료 보내드립니다", "회의 자료", "안녕하세요.\n\n자료를 첨부합니다.\n"),
    "emoji": ("Sam 👩‍💻 Doe", "Party 🎉 on Friday", "party 🎉 plan", "Hi all,\n\nsee you on Friday 🎉\n"),
    "plain": ("Ann Field", "Minutes of the meeting (draft 2)", "minutes, draft 2", "Hello Bob,\n\nthe minutes are attached: please read them by Friday.\n\n-- \nAnn\n"),
}

# What compresses badly, as real documents do: nobody sends one of a few hundred bytes.
BULK = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(40))
MAIN_WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
TYPES_WORD = ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
              'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
# A JPEG of 8 x 8 grey pixels, baseline.
JPEG = ("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/"
        "wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==")


def archive(entries, first_stored=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for place, (name, text) in enumerate(entries):
            z.writestr(name, text, zipfile.ZIP_STORED if first_stored and place == 0 else None)
    return out.getvalue()


def png(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pdf():
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"]
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 4\n0000000000 65535 f \n%strailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))


def wav():
    data = bytes(8000)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", len(data)) + data


CALENDAR = ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\n"
            "DTSTAMP:20261124T100000Z\r\nDTSTART:20261127T130000Z\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")

FILES = {
    "pdf": ("application/pdf", pdf()),
    "png": ("image/png", png(40, 40)),
    "jpg": ("image/jpeg", base64.b64decode(JPEG)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
             archive([("[Content_Types].xml", TYPES_WORD), ("_rels/.rels", "<Relationships/>"), ("word/document.xml", MAIN_WORD), ("word/styles.xml", BULK)])),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
             archive([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "<Relationships/>"), ("xl/workbook.xml", "<workbook/>"), ("xl/worksheets/sheet1.xml", BULK)])),
    "odt": ("application/vnd.oasis.opendocument.text",
            archive([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", BULK), ("META-INF/manifest.xml", "<manifest/>")], True)),
    "zip": ("application/zip", archive([("a.txt", "one " * 300), ("b/c.csv", "1;2;3\n" * 200)])),
    "csv": ("text/csv", "name;amount\nJürgen;12,50\nZoé;3,20\n".encode() * 5),
    "txt": ("text/plain", b"Just a text.\nWith two lines.\n" * 5),
    "wav": ("audio/wav", wav()),
    "ics": ("text/calendar", CALENDAR.encode()),
}


def letters():
    kinds = list(FILES)
    number = 0
    for place, (script, (name, subject, stem, text)) in enumerate(PEOPLE.items()):
        ascii_name = script == "plain"
        base = {
            "script": script,
            "from": {"name": name, "address": "ann.field@example.org"},
            "to": [{"name": "Bob Marsh" if ascii_name else name, "address": "bob@example.com"}],
            "cc": [], "subject": subject, "text": text, "html": None, "files": [], "in_reply_to": None,
        }
        html = "<html><body><p>" + text.strip().replace("\n", "<br>\n") + "</p></body></html>\n"
        one = kinds[place % len(kinds)]
        two = kinds[(place + 3) % len(kinds)]
        variants = [
            {},
            {"html": html},
            {"files": [one]},
            {"html": html, "files": [two], "in_reply_to": "<20261120101500.4F2A1@mail.example.com>", "subject": "Re: " + subject},
            {"files": [one, two, kinds[(place + 5) % len(kinds)]], "cc": [{"name": name, "address": f"copy{n}@example.net"} for n in range(6)]},
            {"text": (text.replace("\n", " ") * 40).strip() + "\n", "subject": subject + " " + subject + " " + subject},
            {"html": html + "<p>" + text.strip() + "</p>\n" * 30, "files": ["png"]},
        ]
        for variant in variants:
            number += 1
            letter = {**base, **variant, "number": number}
            letter["files"] = [
                {"path": f"files/file.{kind}", "name": (f"{stem}.{kind}" if n == 0 else f"{n + 1} {stem}.{kind}"), "type": FILES[kind][0]}
                for n, kind in enumerate(letter["files"])
            ]
            letter["date"] = (datetime.datetime(2026, 11, 24, 10, 0, tzinfo=datetime.timezone.utc) - datetime.timedelta(hours=number)).strftime("%a, %d %b %Y %H:%M:%S +0000")
            yield letter


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for kind, (_, data) in FILES.items():
        (folder / "files" / f"file.{kind}").write_bytes(data)
    (folder / "letters.json").write_text(json.dumps(list(letters()), ensure_ascii=False, indent=1))


main()
