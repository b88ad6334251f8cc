#!/usr/bin/env python3
"""Answers what Elasticsearch's exporter asks of a cluster of one healthy node, in the form of Elasticsearch's reference. For
machines where no Elasticsearch can be installed: it shows that the names in rules and dashboard are those that the exporter
makes of such answers, and nothing about Elasticsearch.

    elasticsearch.py PORT USER PASSWORD_FILE
"""
import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

port, user, password_file = sys.argv[1:]
allowed = "Basic " + base64.b64encode(f"{user}:{Path(password_file).read_text().strip()}".encode()).decode()

INFO = {"name": "one", "cluster_name": "blogcreator", "cluster_uuid": "x", "version": {"number": "8.17.3", "build_hash": "x", "build_date": "2025-01-01T00:00:00Z", "lucene_version": "9.12.0"}}
HEALTH = {
    "cluster_name": "blogcreator", "status": "green", "timed_out": False, "number_of_nodes": 1, "number_of_data_nodes": 1,
    "active_primary_shards": 3, "active_shards": 3, "relocating_shards": 0, "initializing_shards": 0, "unassigned_shards": 0,
    "delayed_unassigned_shards": 0, "number_of_pending_tasks": 0, "number_of_in_flight_fetch": 0,
    "task_max_waiting_in_queue_millis": 0, "active_shards_percent_as_number": 100.0,
}
NODE = {
    "name": "one", "transport_address": "127.0.0.1:9300", "host": "127.0.0.1", "ip": "127.0.0.1:9300", "roles": ["data", "ingest", "master"],
    "jvm": {"mem": {"heap_used_in_bytes": 300_000_000, "heap_max_in_bytes": 800_000_000, "heap_committed_in_bytes": 800_000_000, "non_heap_used_in_bytes": 100_000_000, "non_heap_committed_in_bytes": 110_000_000}},
    "fs": {"total": {"total_in_bytes": 20_000_000_000, "free_in_bytes": 12_000_000_000, "available_in_bytes": 11_000_000_000},
           "data": [{"path": "/data", "mount": "/", "type": "ext4", "total_in_bytes": 20_000_000_000, "free_in_bytes": 12_000_000_000, "available_in_bytes": 11_000_000_000}]},
}


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        found = {"/": INFO, "/_cluster/health": HEALTH}.get(path)
        if path.startswith("/_nodes") and path.endswith("/stats"):
            found = {"cluster_name": "blogcreator", "nodes": {"n1": NODE}}
        status = 401 if self.headers.get("Authorization") != allowed else 200 if found else 404
        body = json.dumps(found if status == 200 else {"status": status}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(port)), Answer).serve_forever()
