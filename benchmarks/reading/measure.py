#!/usr/bin/env python3
"""How long one PDF takes to read: process start, parsing, blocks on standard output.

    dotnet build BlogCreator.Api -c Release
    python3 benchmarks/reading/measure.py [file.pdf]

Without a file a report of 100 pages is made: headings, paragraphs with divided words, a list, a table, running header and
footer, compressed streams. Where pdftotext is installed it reads the same file in turn, and the ratio of the medians is
printed: both suffer alike from what else the machine does.
"""
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READER = ROOT / "artifacts/bin/BlogCreator.Api/release/BlogCreator.Api.dll"
ROUNDS = 5
WORDS = ("harbour tide captain measure survey water level winter table authority report method result station signal current "
         "instrument estimate channel vessel record pressure season average observation between without against several "
         "the of and to in is that for with was on by at from which").split()


def sentence(rng):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(9, 24))).capitalize() + "."


def page_content(rng, number):
    ops = ["BT"]

    def put(text, x, y, size=10, font="F1"):
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        ops.append(f"/{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj")

    put("Report on the tides of the harbour", 72, 800, 8)
    put(f"Page {number}", 280, 30, 8)
    put(f"{number} On {rng.choice(WORDS)} and {rng.choice(WORDS)}", 72, 770, 15, "F2")
    y = 745
    while y > 190:
        words = " ".join(sentence(rng) for _ in range(5)).split()
        line = ""
        for word in words:
            if len(line) + len(word) > 92:
                put(line.strip(), 72, y)
                y -= 12
                line = ""
            line += word + " "
        put(line.strip(), 72, y)
        y -= 24
    for item in range(3):
        put(f"- {sentence(rng)[:80]}", 80, 150 - item * 12)
    for row in range(4):
        for column in range(4):
            put(f"{rng.randint(1, 9999)}", 80 + column * 100, 105 - row * 12)
    ops.append("ET")
    return zlib.compress("\n".join(ops).encode("latin-1"))


def make_pdf(path, pages):
    rng = random.Random(1874)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"",
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"]
    kids = []
    for number in range(1, pages + 1):
        stream = page_content(rng, number)
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream")
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                       b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % len(objects))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [" + b" ".join(kids) + b"] /Count %d >>" % pages
    out = bytearray(b"%PDF-1.5\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(out)


def timed(command, **options):
    start = time.perf_counter()
    # The reader ends when its standard input does, so that stays open as long as it runs.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, **options) as process:
        if process.wait(120) != 0:
            raise SystemExit(f"{command[0]} failed with {process.returncode}")
    return time.perf_counter() - start


def main():
    if not READER.exists():
        raise SystemExit(f"Build first: {READER.relative_to(ROOT)} is missing")
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "report.pdf"
        if len(sys.argv) == 1:
            make_pdf(pdf, 100)
        environment = {"PATH": os.environ["PATH"], "DOTNET_TieredPGO": "0", "DOTNET_EnableDiagnostics": "0",
                       "DOTNET_gcServer": "0", "DOTNET_gcConcurrent": "0", "DOTNET_EnableWriteXorExecute": "0",
                       "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        other = shutil.which("pdftotext")
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(timed(["dotnet", str(READER), "read", "pdf", str(pdf)], env=environment))
            if other:
                theirs.append(timed([other, str(pdf), "-"]))
        print(f"read: median {statistics.median(ours):.2f} s, best {min(ours):.2f} s of {ROUNDS}")
        if other:
            print(f"pdftotext: median {statistics.median(theirs):.2f} s, best {min(theirs):.2f} s; "
                  f"ours takes {statistics.median(ours) / statistics.median(theirs):.1f} times as long")


if __name__ == "__main__":
    main()
