#!/usr/bin/env python3
"""How the files of the corpus end when they are uploaded to the running app, as a table in Markdown.

    dotnet run --project BlogCreator.AppHost -- --data DIR      (in another terminal, with a new DIR)
    python3 benchmarks/reading/corpus.py [ADDRESS=http://localhost:8080] [CORPUS=../shared/corpus]

Makes the site's owner when there is none. The time is from the first byte sent to the document ready or failed, one file
after the other, and holds the start of the process that reads it.
"""
import http.cookiejar
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"
CORPUS = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT.parent / "shared" / "corpus"
client = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def call(method, path, body=None, kind="application/json"):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(ADDRESS + path, data, {"Content-Type": kind}, method=method)
    try:
        with client.open(request) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or b"null")


def sign_in():
    owner = {"email": "bench@example.org", "password": "correct horse battery", "siteName": "Bench"}
    if call("POST", "/api/v1/setup", owner)[0] != 201:
        call("POST", "/api/v1/session", owner)


def read(path):
    mark = uuid.uuid4().hex
    body = (f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n').encode() \
        + path.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    start = time.perf_counter()
    status, found = call("POST", "/api/v1/documents/upload", body, f"multipart/form-data; boundary={mark}")
    while status in (200, 201) and found["status"] not in ("ready", "failed"):
        time.sleep(0.02)
        found = call("GET", f"/api/v1/documents/{found['id']}")[1]
    took = (time.perf_counter() - start) * 1000
    if status not in (200, 201):
        return f"refused ({status})", "", found["detail"].split(" These are read:")[0], took
    return found["status"], found["passages"] or "", found["reason"] or "", took


def main():
    sign_in()
    rows = [line.split("\t") for line in (CORPUS / "MANIFEST.tsv").read_text().splitlines()[1:]]
    print("| file | expected | status | passages | reason | ms |\n|---|---|---|---|---|---|")
    for row in rows:
        if row[0].startswith("upload/"):
            status, passages, reason, took = read(CORPUS / row[0])
            print(f"| {row[0].removeprefix('upload/')} | {row[4].split(':')[0]} | {status} | {passages} | {reason} | {took:.0f} |", flush=True)


if __name__ == "__main__":
    main()
