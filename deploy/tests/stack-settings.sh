#!/usr/bin/env bash
# stack-settings.sh DOMAIN REGISTRY HTTP_PORT HTTPS_PORT: the settings of a stack that fits a small machine without images
# from upstream.
set -euo pipefail
cat <<YAML
domain: $1
acme: {email: owner@example.org}
registry: $2
version: r1
parts: {search: false, observability: false, logs: false, backup: true, certificates: true}
network: {front: 10.213.250.0/24}
ports: {production: {http: $3, https: $4}, development: {http: 18001, https: 18444}}
services:
  api: {replicas: 2, cpus: 2, memory: 1G}
  web: {replicas: 2, cpus: 2, memory: 512M}
YAML
