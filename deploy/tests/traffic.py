#!/usr/bin/env python3
"""Visitors and authors of a running site, over HTTPS, until they are told to stop; then what became of what they did.

    traffic.py --base https://NAME:PORT --ca ROOT.pem --key API_KEY --stop FILE --report FILE [--connections 16] [--pace 5]

Behaves as a browser does and no better: connections are kept, and a request is sent once more only when a connection that
had been used before was closed without a byte of an answer. Everything else that is not the expected status counts as a
failure. Connects to 127.0.0.1 whatever NAME is. Reports as JSON: requests, failures, repeats and seconds for each kind,
how long sockets were away, and whether every accepted upload is there, byte for byte, in the end.
"""
import argparse
import base64
import hashlib
import http.client
import json
import os
import random
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import uuid

options = argparse.ArgumentParser()
options.add_argument("--base", required=True)
options.add_argument("--ca", required=True)
options.add_argument("--key", required=True)
options.add_argument("--stop", required=True, help="the traffic ends when this file is there")
options.add_argument("--report", required=True)
options.add_argument("--connections", type=int, default=16)
options.add_argument("--pace", type=float, default=5, help="requests a second on each connection")
options.add_argument("--sockets", type=int, default=3)
given = options.parse_args()

base = urllib.parse.urlsplit(given.base)
tls = ssl.create_default_context(cafile=given.ca)
authorization = {"Authorization": f"Bearer {given.key}"}
lock = threading.Lock()
kinds = {}
failures = []
uploads = []
gaps = []
# How long anybody waits for an answer; a slow upload takes half of it.
PATIENCE = 75


def stopping():
    return os.path.exists(given.stop)


class Address(http.client.HTTPSConnection):
    """One kept connection to this machine under the site's name."""

    def __init__(self):
        super().__init__(base.hostname, base.port or 443, timeout=PATIENCE, context=tls)
        self.used = 0

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = tls.wrap_socket(plain, server_hostname=self.host)
        self.used = 0


def note(kind, seconds, wrong=None, repeated=False):
    with lock:
        found = kinds.setdefault(kind, {"seconds": [], "failed": 0, "repeated": 0})
        found["seconds"].append(seconds)
        found["repeated"] += repeated
        if wrong:
            found["failed"] += 1
            failures.append(f"{time.strftime('%H:%M:%S')} {kind}: {wrong}")


def ask(connection, kind, method, path, body=None, headers=None, expected=(200,)):
    """The answer's body, or None when it was not as it should be."""
    began = time.perf_counter()
    repeated = False
    while True:
        reused = connection.sock is not None and connection.used > 0
        try:
            connection.request(method, path, body() if callable(body) else body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
            connection.used += 1
            if answer.will_close:
                connection.close()
            wrong = None if answer.status in expected else f"{method} {path} answered {answer.status} {content[:160]!r}"
            note(kind, time.perf_counter() - began, wrong, repeated)
            return None if wrong else content
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError) as closed:
            connection.close()
            if reused and not repeated:
                repeated = True
                continue
            note(kind, time.perf_counter() - began, f"{method} {path} got no answer: {closed!r}", repeated)
            return None
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            note(kind, time.perf_counter() - began, f"{method} {path}: {failure!r}", repeated)
            return None


def keep_pace(began):
    time.sleep(max(0, 1 / given.pace - (time.perf_counter() - began)))


def reader(number):
    connection, rng = Address(), random.Random(number)
    slugs = []
    while not stopping():
        began = time.perf_counter()
        if not slugs:
            found = ask(connection, "read", "GET", "/api/v1/public/posts")
            slugs = [post["slug"] for post in json.loads(found or b'{"items": []}')["items"]] or [""]
        slug = rng.choice(slugs)
        path = rng.choice(["/", "/feed.xml", "/search?q=tide", "/api/v1/public/posts", f"/posts/{slug}" if slug else "/"])
        ask(connection, "read", "GET", path)
        keep_pace(began)


def document(size):
    words = ["tide", "harbour", "bridge", "lantern", "ferry", "pier", "mill", "orchard"]
    lines = [f"# Notes {uuid.uuid4()}", ""]
    while sum(map(len, lines)) < size:
        lines.append(f"The {random.choice(words)} of {random.randint(1700, 1999)} measured {random.randint(2, 900)} metres in spring.")
    return "\n".join(lines).encode()


def form(data, name):
    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/markdown\r\n\r\n'
    return head.encode() + data + f"\r\n--{mark}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={mark}", **authorization}


def accepted(answer, data):
    if answer:
        with lock:
            uploads.append((json.loads(answer)["id"], hashlib.sha256(data).hexdigest()))


def uploader(number):
    connection = Address()
    while not stopping():
        began = time.perf_counter()
        data = document(4000)
        body, headers = form(data, f"notes-{number}.md")
        accepted(ask(connection, "upload", "POST", "/api/v1/documents/upload", body, headers, (200, 201)), data)
        time.sleep(max(0, 1 - (time.perf_counter() - began)))


def slow_uploader(number):
    """One file after the other, each half a minute under way: longer than any switch of releases."""
    connection = Address()
    while not stopping():
        data = document(300_000)
        body, headers = form(data, f"slow-{number}.md")

        def pieces():
            for start in range(0, len(body), len(body) // 30 + 1):
                yield body[start:start + len(body) // 30 + 1]
                # A hurry at the end, so that the last one does not hold up the report.
                time.sleep(0.1 if stopping() else 1)

        accepted(ask(connection, "slow upload", "POST", "/api/v1/documents/upload", pieces,
                     {**headers, "Content-Length": str(len(body))}, (200, 201)), data)


def editor(number):
    connection = Address()
    started = {"Content-Type": "application/json", **authorization}
    made = ask(connection, "edit", "POST", "/api/v1/posts", json.dumps({"title": f"Draft {number}", "markdown": "It begins."}),
               started, (201,))
    while made and not stopping():
        began = time.perf_counter()
        post = json.loads(made)
        text = json.dumps({"version": post["version"], "title": post["title"], "markdown": f"It goes on, says {uuid.uuid4()}.",
                           "summary": post.get("summary"), "tags": post.get("tags")})
        # The same edit sent again after a lost answer is a conflict with itself: the post then tells what is stored.
        after = ask(connection, "edit", "PUT", f"/api/v1/posts/{post['id']}", text, started, (200, 409))
        if after is None or b"version" not in after or json.loads(after).get("status") == 409:
            after = ask(connection, "edit", "GET", f"/api/v1/posts/{post['id']}", None, authorization)
        made = after or made
        keep_pace(began)


def open_socket(path):
    plain = socket.create_connection(("127.0.0.1", base.port or 443), 10)
    stream = tls.wrap_socket(plain, server_hostname=base.hostname)
    key = base64.b64encode(os.urandom(16)).decode()
    stream.sendall((f"GET {path} HTTP/1.1\r\nHost: {base.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: {given.base}\r\n"
                    f"Authorization: Bearer {given.key}\r\n\r\n").encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = stream.recv(4096)
        if not piece:
            raise ConnectionResetError("closed while opening")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 101"):
        raise ConnectionError(answer.split(b"\r\n")[0].decode())
    return stream


def watcher(path):
    """A socket that stays open; when it is closed, opens it again at once and notes how long that took."""
    lost = None
    while not stopping():
        try:
            stream = open_socket(path)
        except (OSError, ConnectionError) as failure:
            lost = lost or time.perf_counter()
            if time.perf_counter() - lost > 20:
                with lock:
                    failures.append(f"socket: not back within 20 seconds: {failure!r}")
                return
            time.sleep(0.1)
            continue
        if lost is not None:
            with lock:
                gaps.append(time.perf_counter() - lost)
            lost = None
        stream.settimeout(1)
        while not stopping():
            try:
                piece = stream.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                piece = b""
            # Nothing, or a frame that says goodbye.
            if not piece or piece[0] & 0x0F == 8:
                lost = time.perf_counter()
                break
        if stopping():
            try:
                stream.sendall(b"\x88\x80" + struct.pack("!I", 0))
            except OSError:
                pass
        stream.close()


def main():
    connection = Address()
    words = document(6000)
    body, headers = form(words, "sockets.md")
    first = json.loads(ask(connection, "upload", "POST", "/api/v1/documents/upload", body, headers, (200, 201)) or sys.exit("No upload was accepted."))
    brief = json.dumps({"documentIds": [first["id"]], "length": "short", "reviewOutline": True})
    # It waits for its author, so its socket stays open.
    waiting = json.loads(ask(connection, "generate", "POST", "/api/v1/generations", brief,
                             {"Content-Type": "application/json", **authorization}, (202,)) or sys.exit("No generation was accepted."))
    everybody = []
    for number in range(given.connections):
        what = {0: uploader, 1: uploader, 2: slow_uploader, 3: editor, 4: editor}.get(number, reader)
        everybody.append(threading.Thread(target=what, args=(number,)))
    everybody += [threading.Thread(target=watcher, args=(f"/ws/generations/{waiting['id']}?after=0",)) for _ in range(given.sockets)]
    for somebody in everybody:
        somebody.start()
    for somebody in everybody:
        somebody.join()

    lost = []
    for id, digest in uploads:
        original = ask(connection, "look again", "GET", f"/api/v1/documents/{id}/original", None, authorization)
        if original is None or hashlib.sha256(original).hexdigest() != digest:
            lost.append(id)

    report = {"kinds": {}, "failures": failures, "uploads": len(uploads), "lostUploads": lost,
              "socketGaps": sorted(round(gap, 3) for gap in gaps)}
    for kind, found in sorted(kinds.items()):
        seconds = sorted(found["seconds"])
        report["kinds"][kind] = {
            "requests": len(seconds), "failed": found["failed"], "repeated": found["repeated"],
            **{name: round(seconds[min(len(seconds) - 1, int(len(seconds) * part))], 3) for name, part in
               (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1))}}
    with open(given.report, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)


main()
