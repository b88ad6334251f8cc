#!/usr/bin/env python3
"""The main job of a new site through HTTPS: set it up, upload a document, have a post written, publish it, read it with its
evidence as anybody. Prints an API key of the owner when all of it worked, else says what did not.

    main_job.py --base https://NAME:PORT --ca ROOT.pem --token SETUP_TOKEN [--document FILE]

Connects to 127.0.0.1 whatever NAME is.
"""
import argparse
import http.client
import json
import socket
import ssl
import sys
import time
import urllib.parse
import uuid
from pathlib import Path

options = argparse.ArgumentParser()
options.add_argument("--base", required=True)
options.add_argument("--ca", required=True)
options.add_argument("--token", required=True)
options.add_argument("--document", type=Path)
given = options.parse_args()
base = urllib.parse.urlsplit(given.base)
tls = ssl.create_default_context(cafile=given.ca)
cookies = {}


class ThisMachine(http.client.HTTPSConnection):
    def connect(self):
        self.sock = tls.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 60), server_hostname=self.host)


def ask(method, path, body=None, expected=(200, 201, 202, 204), kind="application/json", headers=None):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": kind, "Origin": given.base, **(headers or {})}
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    connection = ThisMachine(base.hostname, base.port or 443, timeout=60)
    connection.request(method, path, data, sent)
    answer = connection.getresponse()
    content = answer.read()
    for line in answer.headers.get_all("Set-Cookie") or []:
        name, value = line.split(";")[0].split("=", 1)
        marks = {part.strip().lower() for part in line.split(";")[1:]}
        if not {"secure", "httponly"} <= marks:
            sys.exit(f"The cookie {name} is not kept from scripts and plain HTTP: {marks}")
        cookies[name] = value
    connection.close()
    if answer.status not in expected:
        sys.exit(f"{method} {path} answered {answer.status}: {content[:400].decode(errors='replace')}")
    return content


def wait(path, ends):
    until = time.monotonic() + 180
    while time.monotonic() < until:
        found = json.loads(ask("GET", path))
        if found["status"] in ends:
            return found
        time.sleep(0.2)
    sys.exit(f"{path} did not end within three minutes: {found['status']}")


data = given.document.read_bytes() if given.document else "\n\n".join(
    ["# The harbour of Marlow", "The harbour of Marlow was built in 1872 by the engineer Ruth Aldous.",
     "It is 340 metres long and holds 62 boats.", "In 1931 a storm destroyed the northern pier.",
     "The pier was rebuilt in 1934 with concrete from Ostend."]).encode()
name = given.document.name if given.document else "harbour.md"

ask("POST", "/api/v1/setup", {"email": "owner@example.org", "password": "correct horse battery", "siteName": "Field Notes", "token": given.token})
mark = uuid.uuid4().hex
upload = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data + f"\r\n--{mark}--\r\n".encode()
document = json.loads(ask("POST", "/api/v1/documents/upload", upload, kind=f"multipart/form-data; boundary={mark}"))
if wait(f"/api/v1/documents/{document['id']}", ("ready", "failed"))["status"] != "ready":
    sys.exit("The document could not be read.")
generation = json.loads(ask("POST", "/api/v1/generations", {"documentIds": [document["id"]], "length": "short"}))
ended = wait(f"/api/v1/generations/{generation['id']}", ("completed", "failed", "cancelled"))
if ended["status"] != "completed":
    sys.exit(f"The generation ended as {ended['status']}: {ended.get('error')}")
ask("PUT", f"/api/v1/posts/{ended['postId']}/publication", {})
slug = json.loads(ask("GET", f"/api/v1/posts/{ended['postId']}"))["slug"]
key = json.loads(ask("POST", "/api/v1/keys", {"name": "tests"}))["key"]

cookies.clear()
until = time.monotonic() + 20
while b"<article" not in (page := ask("GET", f"/posts/{slug}", expected=(200, 404))) and time.monotonic() < until:
    time.sleep(0.2)
if b"<article" not in page:
    sys.exit("The published post cannot be read.")
evidence = json.loads(ask("GET", f"/posts/{slug}/evidence.json"))
supported = sum(claim["verdict"] == "supported" for claim in evidence["claims"])
if not supported:
    sys.exit("No sentence of the post has evidence.")
print(f"{supported} sentences with evidence at /posts/{slug}", file=sys.stderr)
print(key)
