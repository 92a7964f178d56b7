#!/usr/bin/python3
"""Makes valid files of many formats with other people's programs and libraries: what the walkers are tested against.

Usage: files.py FOLDER

Debian packages: imagemagick ffmpeg libheif-examples qpdf zip p7zip-full bzip2 xz-utils genisoimage
python3-docx python3-openpyxl python3-odf python3-xlwt python3-reportlab
"""
import pathlib
import subprocess
import sys
import tarfile

out = pathlib.Path(sys.argv[1]).resolve()
out.mkdir(parents=True, exist_ok=True)


def run(*command):
    done = subprocess.run(command, cwd=out, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stdout.decode(errors='replace')}")


def pictures():
    source = ["convert", "-seed", "7", "-size", "200x150", "plasma:red-blue"]
    run(*source, "picture.png")
    run(*source, "-interlace", "PNG", "interlaced.png")
    run(*source, "picture.jpg")
    run(*source, "-interlace", "JPEG", "progressive.jpg")
    run(*source, "picture.gif")
    run("convert", "-delay", "10", "-seed", "7", "-size", "60x60", "plasma:", "plasma:", "plasma:", "animated.gif")
    run(*source, "picture.webp")
    run(*source, "-define", "webp:lossless=true", "lossless.webp")
    run(*source, "picture.tiff")
    run(*source, "-endian", "MSB", "-compress", "zip", "motorola.tiff")
    run(*source, "picture.bmp")
    run("heif-enc", "picture.png", "-o", "picture.heic")


def sounds_and_films():
    def ffmpeg(*arguments):
        run("ffmpeg", "-y", "-loglevel", "error", "-bitexact", *arguments)
    film = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=10:duration=3"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=3"]
    ffmpeg(*film, *sound, "film.mp4")
    ffmpeg(*film, *sound, "-movflags", "+faststart", "faststart.mp4")
    ffmpeg(*film, "-movflags", "frag_keyframe+empty_moov", "fragmented.mp4")
    ffmpeg(*film, "film.mov")
    ffmpeg(*film, "film.avi")
    ffmpeg(*film, "film.webm")
    ffmpeg(*sound, "sound.wav")
    ffmpeg(*sound, "sound.m4a")
    ffmpeg(*sound, "sound.mp3")
    ffmpeg(*sound, "sound.flac")
    ffmpeg(*sound, "-c:a", "libvorbis", "sound.ogg")


def documents():
    import docx
    import odf.opendocument
    import odf.text
    import openpyxl
    import reportlab.pdfgen.canvas
    import xlwt

    text = [f"Line {n}: the quick brown fox jumps over the lazy dog {n * n}" for n in range(400)]
    document = docx.Document()
    for line in text:
        document.add_paragraph(line)
    document.add_picture(str(out / "picture.png"))
    document.save(out / "text.docx")
    table = openpyxl.Workbook()
    for row, line in enumerate(text, 1):
        table.active.cell(row, 1, line)
    table.save(out / "table.xlsx")
    slides = odf.opendocument.OpenDocumentText()
    for line in text:
        slides.text.addElement(odf.text.P(text=line))
    slides.save(str(out / "text.odt"))
    book = xlwt.Workbook()
    sheet = book.add_sheet("One")
    for row, line in enumerate(text):
        sheet.write(row, 0, line)
    book.save(str(out / "table.xls"))
    canvas = reportlab.pdfgen.canvas.Canvas(str(out / "text.pdf"), invariant=1)
    for start in range(0, len(text), 50):
        for row, line in enumerate(text[start:start + 50]):
            canvas.drawString(72, 780 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    run("qpdf", "--linearize", "text.pdf", "linearized.pdf")
    run("qpdf", "--object-streams=generate", "text.pdf", "compact.pdf")
    run("qpdf", "--encrypt", "user", "owner", "256", "--", "text.pdf", "locked.pdf")


def archives():
    inside = out / "inside"
    inside.mkdir(exist_ok=True)
    for n in range(5):
        (inside / f"file {n}.txt").write_text("".join(f"{n} {k} {k * k * 7919 % 10007}\n" for k in range(2000)))
    files = sorted(str(f.relative_to(out)) for f in inside.iterdir())
    run("zip", "-q", "archive.zip", *files)
    run("zip", "-q", "-0", "stored.zip", *files)
    run("zip", "-q", "-P", "secret", "locked.zip", *files)
    run("7z", "a", "archive.7z", *files)
    run("7z", "a", "-psecret", "locked.7z", *files)
    run("7z", "a", "-psecret", "-mhe=on", "locked-names.7z", *files)
    run("7z", "a", "-tzip", "-psecret", "-mem=AES256", "aes.zip", *files)
    with tarfile.open(out / "archive.tar", "w", format=tarfile.GNU_FORMAT) as tar:
        for file in files:
            tar.add(out / file, file)
    for program, ending in (("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz")):
        run(program, "-kf", "archive.tar")
    run("genisoimage", "-quiet", "-o", "disk.iso", "inside")
    for file in inside.iterdir():
        file.unlink()
    inside.rmdir()


for old in out.iterdir():
    old.unlink()
pictures()
sounds_and_films()
documents()
archives()
