#!/usr/bin/env python3
"""What a person waits for in the main job, over HTTP against the running app, as upload-to-ready and brief-to-post.

    dotnet run --project BlogCreator.AppHost -- --data DIR      (in another terminal, with a new DIR)
    python3 benchmarks/main_job.py [ADDRESS=http://localhost:8080] [document.pdf ...]

Makes the site's owner when there is none. Without documents of yours it uploads made-up reports of 100 pages and writes a
post from three Markdown documents of about 50 kB each.
"""
import http.cookiejar
import json
import statistics
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "reading"))
from measure import make_pdf, sentence  # noqa: E402
import random  # noqa: E402

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"
ROUNDS = 3
client = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def call(method, path, body=None, kind="application/json"):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(ADDRESS + path, data, {"Content-Type": kind}, method=method)
    with client.open(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def upload(path):
    mark = uuid.uuid4().hex
    body = (f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n').encode() \
        + path.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    return call("POST", "/api/v1/documents/upload", body, f"multipart/form-data; boundary={mark}")["id"]


def wait(path, ends):
    while True:
        found = call("GET", path)
        if found["status"] in ends:
            return found
        time.sleep(0.02)


def markdown(path, seed):
    rng = random.Random(seed)
    parts = [f"# Report {seed}"]
    for section in range(20):
        parts.append(f"## On {rng.choice(['tides', 'currents', 'vessels', 'gauges'])} {section}")
        parts += [" ".join(sentence(rng) for _ in range(5)) for _ in range(5)]
    path.write_text("\n\n".join(parts))


def main():
    owner = {"email": "bench@example.org", "password": "correct horse battery", "siteName": "Bench"}
    try:
        call("POST", "/api/v1/setup", owner)
    except urllib.error.HTTPError:
        call("POST", "/api/v1/session", owner)
    with tempfile.TemporaryDirectory() as folder:
        given = [Path(name) for name in sys.argv[2:]]
        reading = []
        for number in range(ROUNDS):
            path = Path(folder) / f"report-{uuid.uuid4().hex}.pdf"
            if given:
                path.write_bytes(given[number % len(given)].read_bytes() + f"\n%{uuid.uuid4().hex}\n%%EOF\n".encode())
            else:
                make_pdf(path, 100)
                path.write_bytes(path.read_bytes() + f"\n%{uuid.uuid4().hex}\n%%EOF\n".encode())
            start = time.perf_counter()
            document = upload(path)
            found = wait(f"/api/v1/documents/{document}", ("ready", "failed"))
            reading.append(time.perf_counter() - start)
            print(f"{found['pages']} pages, {found['passages']} passages, {found['status']}: {reading[-1]:.2f} s")
        print(f"read, split and indexed: median {statistics.median(reading):.2f} s of {ROUNDS}")
        writing = []
        for number in range(ROUNDS):
            documents = []
            for part in range(3):
                path = Path(folder) / f"part-{number}-{part}.md"
                markdown(path, random.randrange(1 << 30))
                documents.append(upload(path))
            for document in documents:
                wait(f"/api/v1/documents/{document}", ("ready", "failed"))
            start = time.perf_counter()
            generation = call("POST", "/api/v1/generations", {"documentIds": documents})["id"]
            found = wait(f"/api/v1/generations/{generation}", ("completed", "failed", "cancelled"))
            writing.append(time.perf_counter() - start)
            print(f"post from three documents, {found['status']}: {writing[-1]:.2f} s")
        print(f"post from three documents: median {statistics.median(writing):.2f} s of {ROUNDS}")


if __name__ == "__main__":
    main()
