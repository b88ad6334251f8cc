#!/usr/bin/env bash
# The firewall on a small network of its own (outside, host, a container behind a bridge) with real listeners: what is open
# is open, what is closed is closed, over IPv4 and IPv6, also a port that is sent on to a container as Docker does it.
# Needs root, iproute2, nftables, ping and node. Ends with "N passed, N failed".
set -euo pipefail
case "${1:-}" in -h | --help) echo "usage: firewall.sh"; exit 0 ;; "") ;; *) echo "usage: firewall.sh" >&2; exit 2 ;; esac
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ "$(id -u)" -eq 0 ] || { echo "Run it as root: it makes network namespaces." >&2; exit 1; }
for tool in ip nft node ping; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install iproute2 nftables iputils-ping nodejs" >&2; exit 1; }
done

id=bc$$
outside=$id-out host=$id-host box=$id-box
work=$(mktemp -d)
started=()
cleanup() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for space in "$outside" "$host" "$box"; do ip netns delete "$space" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
# shellcheck source=deploy/tests/lib.sh
. deploy/tests/lib.sh
not() { ! "$@"; }
within() { # SECONDS COMMAND...: until it holds
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

# ---- outside -- eth0 of the host -- br-blog -- box
for space in "$outside" "$host" "$box"; do
    ip netns add "$space"
    ip -n "$space" link set lo up
done
ip link add "${id}a" netns "$outside" type veth peer name eth0 netns "$host"
ip link add "${id}b" netns "$box" type veth peer name vethbox netns "$host"
ip -n "$outside" link set "${id}a" name eth0
ip -n "$box" link set "${id}b" name eth0
ip -n "$host" link add br-blog type bridge
ip -n "$host" link set vethbox master br-blog
# Without the wait in which IPv6 asks whether somebody has the address already.
address() {
    local options=()
    [[ $2 != *:* ]] || options=(nodad)
    ip -n "$1" address add "$2" dev "$3" "${options[@]}"
    ip -n "$1" link set "$3" up
}
address "$outside" 10.77.0.2/24 eth0
address "$outside" fd77::2/64 eth0
address "$host" 10.77.0.1/24 eth0
address "$host" fd77::1/64 eth0
address "$host" 10.78.0.1/24 br-blog
address "$box" 10.78.0.2/24 eth0
ip -n "$host" link set vethbox up
ip -n "$box" route add default via 10.78.0.1
# A neighbour that knows the network of the containers.
ip -n "$outside" route add 10.78.0.0/24 via 10.77.0.1
# In the new namespace, whose /proc/sys is its own.
ip netns exec "$host" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
# As Docker publishes 443:8443 and 9200:9200.
ip netns exec "$host" nft -f - <<'NFT'
table ip published {
    chain prerouting {
        type nat hook prerouting priority dstnat;
        fib daddr type local tcp dport 443 dnat to 10.78.0.2:8443
        fib daddr type local tcp dport 9200 dnat to 10.78.0.2:9200
    }
    chain postrouting {
        type nat hook postrouting priority srcnat;
        ip saddr 10.78.0.0/24 oifname "eth0" masquerade
    }
}
NFT

listen() { # NAMESPACE PORT...
    local space=$1
    shift
    # shellcheck disable=SC2016 # The dollars are JavaScript's.
    ip netns exec "$space" node -e '
        const net = require("node:net"), fs = require("node:fs");
        const [ready, udp, ...ports] = process.argv.slice(1);
        let left = ports.length;
        const done = () => { if (--left === 0) fs.writeFileSync(ready, ""); };
        for (const port of ports) net.createServer(s => { s.on("error", () => {}); s.on("data", d => s.write(d)); s.write("hello\n"); }).listen(Number(port), "::", done);
        const socket = require("node:dgram").createSocket({ type: "udp6" });
        socket.on("message", m => fs.appendFileSync(udp, m + "\n"));
        socket.bind(5140);
    ' "$work/$space.ready" "$work/$space.udp" "$@" &
    started+=($!)
    within 20 test -f "$work/$space.ready"
}
listen "$host" 22 80 443 2222 5432 6379 9464
listen "$box" 8443 9200 80
listen "$outside" 8000

# Connected, and heard the listener.
reach() { ip netns exec "$1" timeout 2 bash -c "exec 3<>/dev/tcp/$2/$3 && read -r -t 2 line <&3 && [ \"\$line\" = hello ]"; }
datagram() { ip netns exec "$outside" bash -c "echo $2 >/dev/udp/$1/5140"; within 2 grep -qs "$2" "$work/$host.udp"; }
answers_ping() { ip netns exec "$outside" ping -c 1 -W 2 "$1"; }

# ---- without the firewall everything is reached, or the rest would prove nothing
for port in 22 80 443 2222 5432 9200; do check "before: $port answers" reach "$outside" 10.77.0.1 "$port"; done
check "before: 5432 answers over IPv6" reach "$outside" fd77::1 5432
check "before: a container is reached by its own address" reach "$outside" 10.78.0.2 80
check "before: UDP arrives" datagram 10.77.0.1 one

export FIREWALL_ETC=$work/etc FIREWALL_RUN=$work/run FIREWALL_UNITS=$work/units
mkdir -p "$FIREWALL_UNITS"
apply() { env -u SSH_CONNECTION ip netns exec "$host" deploy/firewall/apply.sh "$@" </dev/null; }
has_table() { ip netns exec "$host" nft list table inet blogcreator; }

# ---- a connection from before goes on
mkfifo "$work/in"
ip netns exec "$outside" bash -c "exec 3<>/dev/tcp/10.77.0.1/5432; exec 4<&0; cat <&4 >&3 & cat <&3" <"$work/in" >"$work/out" 2>/dev/null &
started+=($!)
exec 9>"$work/in"
echo first >&9
within 5 grep -q first "$work/out" || { echo "The connection that is to be kept was not made." >&2; exit 1; }

# ---- bad input changes nothing
check "a port that is none is refused" not apply --ssh-port 70000
check "closing the port that one came in by is refused" not env SSH_CONNECTION="10.77.0.2 40000 10.77.0.1 2222" \
    ip netns exec "$host" deploy/firewall/apply.sh </dev/null
check "and nothing was loaded" not has_table

# ---- loaded, not confirmed: taken back
check "the rules load" apply --undo-after 2
check "they are there" has_table
check "unconfirmed, they are taken back" within 10 not has_table
check "then 5432 answers again" reach "$outside" 10.77.0.1 5432
check "what was taken back cannot be confirmed" not apply --confirm

# ---- loaded and confirmed
check "the rules load again" apply --undo-after 30
check "they are confirmed" apply --confirm
check "what is loaded at the start is written" test -s "$FIREWALL_ETC/firewall.nft" -a -s "$FIREWALL_UNITS/blogcreator-firewall.service"
for port in 22 80; do
    check "$port is open" reach "$outside" 10.77.0.1 "$port"
    check "$port is open over IPv6" reach "$outside" fd77::1 "$port"
done
check "443, sent on to a container, is open" reach "$outside" 10.77.0.1 443
check "443 is open over IPv6" reach "$outside" fd77::1 443
for port in 2222 5432 6379 9464; do
    check "$port is closed" not reach "$outside" 10.77.0.1 "$port"
    check "$port is closed over IPv6" not reach "$outside" fd77::1 "$port"
done
check "9200, sent on to a container, is closed" not reach "$outside" 10.77.0.1 9200
check "a container is not reached by its own address" not reach "$outside" 10.78.0.2 8443
check "nor by a port that the host has open" not reach "$outside" 10.78.0.2 80
check "UDP is closed" not datagram 10.77.0.1 two
check "UDP is closed over IPv6" not datagram fd77::1 three
check "ping is answered" answers_ping 10.77.0.1
# So that neighbours have to be found anew through the rules.
ip -n "$outside" neigh flush all
ip -n "$host" neigh flush all
check "ping is answered over IPv6, neighbours found anew" answers_ping fd77::1
echo second >&9
check "a connection from before goes on" within 5 grep -q second "$work/out"
check "the host reaches itself" reach "$host" 127.0.0.1 5432
check "the host reaches the outside" reach "$host" 10.77.0.2 8000
check "the host reaches a container" reach "$host" 10.78.0.2 9200
check "a container reaches the host" reach "$box" 10.78.0.1 5432
check "a container reaches the outside" reach "$box" 10.77.0.2 8000
check "the rules of others are still there" ip netns exec "$host" nft list table ip published

# ---- another port of SSH, loaded over the first; taken back to the first
check "another port of SSH is loaded" apply --ssh-port 2222 --undo-after 3
check "2222 is open" reach "$outside" 10.77.0.1 2222
check "22 is closed" not reach "$outside" 10.77.0.1 22
check "unconfirmed, the rules before are back" within 10 reach "$outside" 10.77.0.1 22
check "and 2222 is closed" not reach "$outside" 10.77.0.1 2222

# ---- as at the next start, from the file; and away
ip netns exec "$host" nft delete table inet blogcreator
check "the written file loads" ip netns exec "$host" nft -f "$FIREWALL_ETC/firewall.nft"
check "5432 is closed after it" not reach "$outside" 10.77.0.1 5432
check "the rules are removed" apply --remove
check "5432 answers again" reach "$outside" 10.77.0.1 5432

summary
