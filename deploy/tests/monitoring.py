#!/usr/bin/env python3
"""The parts of monitoring.sh that are no shell: what a site is asked to do, who receives the alerts, and what Prometheus says
to each expression of the rules and of the dashboard.

    monitoring.py ports COUNT
    monitoring.py service NAME                           what Compose runs as its command, from docker-compose.prod.yml
    monitoring.py prometheus FOLDER JOB=HOST:PORT...     deploy/monitoring/prometheus into FOLDER, with these targets
    monitoring.py sink PORT FILE                         a webhook: each alert a line of FILE, with the time when it came
    monitoring.py work BASE TOKEN SECONDS                visitors, authors and strangers, through the edge
    monitoring.py ask ADDRESS EXPRESSION                 the values, one a line; fails where there is none
    monitoring.py targets ADDRESS                        every target answers
    monitoring.py rules ADDRESS                          every rule was evaluated, and knows the series that it names
    monitoring.py dashboard ADDRESS                      every expression of every panel has a result
    monitoring.py exemplars ADDRESS                      requests lead to their traces
"""
import http.client
import http.server
import json
import math
import re
import shutil
import socket
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "deploy/monitoring/grafana/dashboards/app-dashboard.json"

# Series that cannot be here, and why. Everything else has to be.
NOT_HERE = {
    r"otelcol_.*": "no Jaeger can be installed here",
    r"search_outbox_waiting": "only where Api has an Elasticsearch",
    r"db_client_connection_npgsql_pending_requests": "Npgsql tells it when a request had to wait for a connection for the first time",
}


def ports(count):
    sockets = [socket.socket() for _ in range(int(count))]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    print(*(one.getsockname()[1] for one in sockets))


def service(name):
    import yaml
    found = yaml.safe_load((ROOT / "deploy/compose/docker-compose.prod.yml").read_text())["services"][name]
    for word in found["command"]:
        print(word.replace("$$", "$"))


def prometheus(folder, *targets):
    import yaml
    folder = Path(folder)
    shutil.copytree(ROOT / "deploy/monitoring/prometheus", folder, dirs_exist_ok=True)
    where = dict(target.split("=", 1) for target in targets)
    file = folder / "prometheus.yml"
    config = yaml.safe_load(file.read_text())
    config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [where["alertmanager"]]}]}]
    left_out = [job["job_name"] for job in config["scrape_configs"] if job["job_name"] not in where]
    config["scrape_configs"] = [job for job in config["scrape_configs"] if job["job_name"] in where]
    for job in config["scrape_configs"]:
        job.pop("dns_sd_configs", None)
        job["static_configs"] = [{"targets": [where[job["job_name"]]]}]
        # The test is shorter than a minute's interval needs for a rate.
        if job.get("scrape_interval") == "60s":
            job["scrape_interval"] = "15s"
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    print("not here: " + ", ".join(left_out))


def sink(port, file):
    class Webhook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with open(file, "a") as lines:
                for alert in said["alerts"]:
                    lines.write(json.dumps({"at": time.time(), "status": alert["status"], "name": alert["labels"]["alertname"], "labels": alert["labels"], "annotations": alert["annotations"]}) + "\n")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Webhook).serve_forever()


# --- What is asked of the site ---------------------------------------------------------------------------------------------

class Site:
    """One person or program, over TLS; the edge has the certificate of its first start, which nobody signed."""

    def __init__(self, base, key=None):
        self.base = urllib.parse.urlsplit(base)
        self.tls = ssl.create_default_context()
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE
        self.key = key
        self.cookies = {}

    def ask(self, method, path, body=None, kind="application/json", headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.base.port, timeout=60)
        # By its name, or the edge does not know whom it should be.
        connection.sock = self.tls.wrap_socket(socket.create_connection(("127.0.0.1", self.base.port), 60), server_hostname=self.base.hostname)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Host": self.base.netloc, **({"Content-Type": kind} if data else {}), **(headers or {})}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        else:
            sent["Origin"] = f"https://{self.base.netloc}"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, data, sent)
        answer = connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        connection.close()
        return answer.status, content

    def must(self, method, path, *rest, **named):
        status, content = self.ask(method, path, *rest, **named)
        if status >= 300:
            sys.exit(f"{method} {path} answered {status}: {content[:300].decode(errors='replace')}")
        return json.loads(content) if content else None

    def upload(self, name, data):
        mark = uuid.uuid4().hex
        form = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data + f"\r\n--{mark}--\r\n".encode()
        return self.must("POST", "/api/v1/documents/upload", form, kind=f"multipart/form-data; boundary={mark}")

    def wait(self, path, ends, seconds=150):
        until = time.monotonic() + seconds
        found = {"status": "?"}
        while time.monotonic() < until:
            found = self.must("GET", path)
            if found["status"] in ends:
                return found
            time.sleep(0.5)
        sys.exit(f"{path} did not end: {found['status']}")


SENTENCES = [
    "The harbour of Marlow was built in 1872 by the engineer Ruth Aldous.", "It is 340 metres long and holds 62 boats.",
    "In 1931 a storm destroyed the northern pier.", "The pier was rebuilt in 1934 with concrete from Ostend.",
    "A lighthouse of 21 metres stands at its end since 1888.", "The fishing fleet counts 14 boats and lands 900 tonnes a year.",
]


def work(base, token, seconds):
    ends = time.monotonic() + int(seconds)
    owner = Site(base)
    owner.must("POST", "/api/v1/setup", {"email": "owner@example.org", "password": "correct horse battery", "siteName": "Field Notes", "token": token})
    program = Site(base, owner.must("POST", "/api/v1/keys", {"name": "work"})["key"])
    stranger = Site(base)

    markdown = "\n\n".join(["# The harbour of Marlow", *SENTENCES]).encode()
    html = ("<!doctype html><title>Harbour</title><h1>Harbour</h1>" + "".join(f"<p>{line}</p>" for line in SENTENCES)).encode()
    files = {"harbour.md": markdown, "harbour.txt": "\n\n".join(SENTENCES[:4]).encode(), "harbour.html": html, "broken.pdf": b"%PDF-1.4 and nothing behind it"}
    documents = [program.upload(name, data) for name, data in files.items()]
    for document in documents:
        program.wait(f"/api/v1/documents/{document['id']}", ("ready", "failed"))
    readable = [document["id"] for document in documents[:3]]

    brief = {"documentIds": readable, "length": "short", "topic": "The harbour"}
    first = program.must("POST", "/api/v1/generations", brief)
    given_up = program.must("POST", "/api/v1/generations", {**brief, "topic": "The lighthouse"})
    program.ask("POST", f"/api/v1/generations/{given_up['id']}/cancel")
    written = program.wait(f"/api/v1/generations/{first['id']}", ("completed", "failed", "cancelled"))
    if written["status"] != "completed":
        sys.exit(f"The generation ended {written['status']}: {written.get('error')}")
    post = program.must("GET", f"/api/v1/posts/{written['postId']}")
    program.must("PUT", f"/api/v1/posts/{post['id']}/publication", {"override": "for the test of the monitoring"})

    # Posts for later, a few seconds from now, at different times: lateness is counted when they appear.
    for delay in (5, 40):
        later = program.must("POST", "/api/v1/posts", {"title": f"In {delay} seconds", "markdown": "The harbour is open."})
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + delay))
        program.must("PUT", f"/api/v1/posts/{later['id']}/publication", {"at": at, "override": "for the test of the monitoring"})

    rounds, generations = 0, 1
    while time.monotonic() < ends:
        rounds += 1
        for path in ("/", f"/posts/{post['slug']}", f"/posts/{post['slug']}/evidence", "/feed.xml", "/search?q=harbour", "/nothing-here", "/tags/none"):
            stranger.ask("GET", path)
        stranger.ask("GET", "/api/v1/search?q=harbour")
        program.ask("GET", "/api/v1/search?q=lighthouse&scope=library")
        program.must("GET", "/api/v1/posts")
        owner.ask("GET", "/studio/library")
        if rounds % 8 == 1:
            someone = Site(base)
            someone.ask("POST", "/api/v1/session", {"email": "owner@example.org", "password": "correct horse battery"})
            someone.ask("POST", "/api/v1/session", {"email": "owner@example.org", "password": "wrong"})
            # Strangers on the edge: a name that is not ours, an upload without a key.
            stranger.ask("POST", "/api/v1/documents/upload", b"x", kind="text/plain")
        if rounds % 6 == 2:
            program.upload(f"note-{rounds}.md", f"# Note {rounds}\n\n{SENTENCES[rounds % len(SENTENCES)]}".encode())
        if rounds % 10 == 4 and generations < 6:
            generations += 1
            program.must("POST", "/api/v1/generations", {**brief, "topic": f"The harbour, seen {generations} times"})
        time.sleep(0.7)
    print(f"{rounds} rounds, {generations} generations, {len(documents)} documents at first")


# --- What Prometheus says ----------------------------------------------------------------------------------------------------

def get(address, path, **parameters):
    url = f"http://{address}{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as refused:
        raise ValueError(json.load(refused).get("error", refused.code)) from refused


def values(address, expression):
    found = get(address, "/api/v1/query", query=expression)
    series = [{"metric": {}, "value": found["result"]}] if found["resultType"] == "scalar" else found["result"]
    return [one for one in series if not math.isnan(float(one["value"][1]))]


def ask(address, expression):
    found = values(address, expression)
    for one in found:
        print(one["value"][1], json.dumps(one["metric"]))
    sys.exit(0 if found else 1)


def excused(expression):
    return next((why for pattern, why in NOT_HERE.items() if re.search(pattern, expression)), None)


def targets(address):
    found = get(address, "/api/v1/targets", state="active")["activeTargets"]
    for target in found:
        print(f"{target['labels']['job']:14} {target['health']:5} {target['scrapeUrl']} {target['lastError']}")
    sys.exit(0 if found and all(target["health"] == "up" for target in found) else 1)


KEYWORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "inf", "nan"}
SELECTOR = re.compile(r'(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?P<matchers>\{(?:[^}"]|"(?:[^"\\]|\\.)*")*\})|(?P<bare>[a-zA-Z_:][a-zA-Z0-9_:]*)(?!\s*[(\w:])')


def selectors(expression):
    """The series that an expression names, with the labels that it asks for."""
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", expression)
    # What label_replace says of labels is no series; durations and large numbers are no names. What is quoted stays.
    text = re.sub(r'("(?:[^"\\]|\\.)*")|\[[^\]]*\]|\b\d[\d.]*(e[+-]?\d+)?\b', lambda found: found[1] or " ", text)
    text = re.sub(r'label_replace\((absent\([^)]*\)),[^)]*\)', r"\1", text)
    for match in SELECTOR.finditer(text):
        name, matchers = match["name"] or match["bare"], match["matchers"] or ""
        if name in KEYWORDS or (name is None and "__name__" not in matchers):
            continue
        if match["bare"] and re.match(r"^\d", match["bare"]):
            continue
        yield name, matchers


def rules(address):
    bad, alerts, records = [], 0, 0
    for group in get(address, "/api/v1/rules")["groups"]:
        for rule in group["rules"]:
            if rule["health"] != "ok":
                bad.append(f"{rule['name']}: {rule['health']} {rule.get('lastError', '')}")
            if rule["type"] == "recording":
                records += 1
                if not values(address, rule["query"]):
                    bad.append(f"{rule['name']}: no result")
                continue
            alerts += 1
            for name, matchers in selectors(rule["query"]):
                if excused(name or matchers):
                    continue
                # The alert is silent; but there must be such series, or it would be silent for ever.
                wanted = (name or "") + matchers
                if not get(address, "/api/v1/query", query=f"count({wanted})")["result"]:
                    bad.append(f"{rule['name']}: there is no {wanted}")
    print(f"{alerts} alerts, {records} recorded")
    for line in bad:
        print(line)
    sys.exit(1 if bad or alerts < 40 else 0)


def dashboard(address):
    bad, asked, panels = [], 0, 0
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        if panel["type"] == "row":
            continue
        panels += 1
        for target in panel["targets"]:
            expression = target["expr"]
            for variable, value in {"$job": "api|web", "$instance": ".*", "$__rate_interval": "1m"}.items():
                expression = expression.replace(variable, value)
            asked += 1
            try:
                if not values(address, expression) and not excused(target["expr"]):
                    bad.append(f"{panel['title']}: no result: {expression}")
            except ValueError as refused:
                bad.append(f"{panel['title']}: {refused}: {expression}")
    print(f"{panels} panels, {asked} expressions")
    for line in bad:
        print(line)
    sys.exit(1 if bad or panels < 50 else 0)


def exemplars(address):
    now = time.time()
    found = get(address, "/api/v1/query_exemplars", query="http_request_duration_seconds_bucket", start=now - 600, end=now)
    ids = {one["labels"].get("trace_id", "") for series in found for one in series["exemplars"]}
    good = [one for one in ids if re.fullmatch("[0-9a-f]{32}", one)]
    print(f"{len(good)} traces, of {sorted({series['seriesLabels']['job'] for series in found})}")
    sys.exit(0 if good and len(good) == len(ids) else 1)


if __name__ == "__main__":
    actions = {action.__name__: action for action in (ports, service, prometheus, sink, work, ask, targets, rules, dashboard, exemplars)}
    if len(sys.argv) < 2 or sys.argv[1] not in actions:
        sys.exit(__doc__)
    actions[sys.argv[1]](*sys.argv[2:])
