#!/usr/bin/env python3
"""The programs mutt, s-nail and swaks. Usage: clients.py mutt|s-nail|swaks LETTERS.JSON OUT

They put a mail in place of sending it: mutt and s-nail call a program as their sendmail, swaks prints what it would send. swaks
takes fields as they are, so it gets the letters in ASCII only.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

client, source, out = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()


def run(command, text, folder):
    # Without TMPDIR and HOME of their own they would read and write the user's.
    env = {**os.environ, "HOME": folder, "LC_ALL": "C.UTF-8", "EMAIL": "", "MAILRC": "/dev/null", "TMPDIR": folder}
    return subprocess.run(command, input=text.encode(), env=env, cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


for letter in json.loads(source.read_text()):
    with tempfile.TemporaryDirectory() as folder:
        place = out / f"{letter['number']}.eml"
        sendmail = pathlib.Path(folder) / "sendmail"
        sendmail.write_text(f"#!/bin/sh\ncat >'{place}'\n")
        sendmail.chmod(0o755)
        files = []
        for file in letter["files"]:
            # These name an attachment as its file is named.
            copy = pathlib.Path(folder) / file["name"]
            shutil.copy(source.parent / file["path"], copy)
            files.append((str(copy), file["type"]))
        to = [p["address"] for p in letter["to"]]
        cc = [p["address"] for p in letter["cc"]]
        sender = f"\"{letter['from']['name']}\" <{letter['from']['address']}>"
        if client == "mutt":
            rc = pathlib.Path(folder) / "rc"
            rc.write_text(f"set sendmail='{sendmail}'\nset from='{sender}'\nset use_from=yes\nset copy=no\nset send_charset='us-ascii:utf-8'\nset hostname=example.org\n")
            command = ["mutt", "-n", "-F", str(rc), "-s", letter["subject"]]
            for address in cc:
                command += ["-c", address]
            for path, _ in files:
                command += ["-a", path]
            run(command + ["--"] + to, letter["text"], folder)
        elif client == "s-nail":
            command = ["s-nail", "-:/", "-Sv15-compat", f"-Smta={sendmail}", f"-Sfrom={sender}", "-Shostname=example.org",
                       "-Sttycharset=utf-8", "-Ssendcharsets=utf-8", "-Sfullnames", "-s", letter["subject"]]
            for address in cc:
                command += ["-c", address]
            for path, _ in files:
                command += ["-a", path.replace("\\", "\\\\")]
            run(command + to, letter["text"], folder)
        else:
            if letter["script"] != "plain":
                continue
            command = ["swaks", "--dump-mail", "--from", letter["from"]["address"], "--to", ",".join(to), "--h-From", sender,
                       "--header", f"Subject: {letter['subject']}", "--body", letter["text"]]
            for path, kind in files:
                command += ["--attach-type", kind, "--attach-name", os.path.basename(path), "--attach", f"@{path}"]
            # Behind the last line stands a CR that belongs to the dump.
            place.write_bytes(run(command, "", folder).removesuffix(b"\r"))
