#!/usr/bin/env bash
# Loads the rules of the firewall so that nobody locks himself out: they are taken back by themselves unless they are
# confirmed, and only confirmed rules are there again after a restart.
set -euo pipefail
usage="usage: apply.sh [--ssh-port PORT] [--undo-after SECONDS]   load; type 'yes', or confirm from a second session
       apply.sh --confirm                                   keep what was loaded, also after a restart
       apply.sh --remove                                    take the rules away, also after a restart"
action=load ssh_port=22 undo_after=60
while [ $# -gt 0 ]; do
    case "$1" in
        --ssh-port) ssh_port=${2:?$usage}; shift 2 ;;
        --undo-after) undo_after=${2:?$usage}; shift 2 ;;
        --confirm) action=confirm; shift ;;
        --remove) action=remove; shift ;;
        -h | --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
done
stop() { echo "$1" >&2; exit 1; }
if ! [[ $ssh_port =~ ^[0-9]{1,5}$ ]] || [ "$ssh_port" -lt 1 ] || [ "$ssh_port" -gt 65535 ]; then
    stop "--ssh-port must be from 1 to 65535, not '$ssh_port'."
fi
[[ $undo_after =~ ^[0-9]{1,4}$ ]] || stop "--undo-after must be a number of seconds, not '$undo_after'."
[ "$(id -u)" -eq 0 ] || stop "Run it as root: sudo $0"
command -v nft >/dev/null || stop "nft is not installed: apt-get install nftables"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Elsewhere in the test, which has a network of its own but this machine's files.
etc=${FIREWALL_ETC:-/etc/blogcreator}
run=${FIREWALL_RUN:-/run/blogcreator-firewall}
units=${FIREWALL_UNITS:-/etc/systemd/system}
family=inet table=blogcreator

restore() {
    # The guard: whatever happens to the session that loaded the rules, this goes on.
    if [ -s "$run/before" ]; then
        { echo "table $family $table"; echo "delete table $family $table"; cat "$run/before"; } | nft -f -
    else
        nft delete table "$family" "$table" 2>/dev/null || true
    fi
    rm -f "$run/pending"
}

keep() {
    [ -f "$run/pending" ] || stop "Nothing waits to be confirmed; it may have been taken back already. Load the rules again."
    # Before anything else, so that the guard does not come in between.
    mv "$run/pending" "$run/confirmed.nft"
    install -d -m 0755 "$etc"
    install -m 0644 "$run/confirmed.nft" "$etc/firewall.nft"
    if [ -d "$units" ]; then
        # Not by nftables.service: whose restart empties Docker's tables too.
        cat >"$units/blogcreator-firewall.service" <<UNIT
[Unit]
Description=Firewall of Blog Creator
DefaultDependencies=no
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v nft) -f $etc/firewall.nft
ExecStop=-$(command -v nft) delete table $family $table

[Install]
WantedBy=multi-user.target
UNIT
        if [ -d /run/systemd/system ] && [ -z "${FIREWALL_UNITS:-}" ]; then
            systemctl daemon-reload && systemctl enable --quiet blogcreator-firewall.service
        fi
        echo "Kept. blogcreator-firewall.service loads $etc/firewall.nft at every start."
    else
        echo "Kept in $etc/firewall.nft. There is no systemd here: load it at the start with nft -f $etc/firewall.nft." >&2
    fi
}

case "$action" in
    confirm) keep; exit 0 ;;
    remove)
        nft delete table "$family" "$table" 2>/dev/null || true
        rm -f "$etc/firewall.nft"
        if [ -f "$units/blogcreator-firewall.service" ]; then
            [ ! -d /run/systemd/system ] || [ -n "${FIREWALL_UNITS:-}" ] || systemctl disable --quiet blogcreator-firewall.service
            rm -f "$units/blogcreator-firewall.service"
        fi
        echo "The rules are gone: every port that something listens on can be reached again."
        exit 0
        ;;
esac

# The session that types this is the proof of which port SSH has.
if [ -n "${SSH_CONNECTION:-}" ] && [ "${SSH_CONNECTION##* }" != "$ssh_port" ]; then
    stop "You came in by port ${SSH_CONNECTION##* }, and only $ssh_port would stay open: --ssh-port ${SSH_CONNECTION##* }"
fi

umask 077
mkdir -p "$run"
[ ! -f "$run/pending" ] || stop "Rules wait to be confirmed already: apply.sh --confirm, or wait until they are taken back."
sed "s/^define ssh_port = .*/define ssh_port = $ssh_port/" "$here/blogcreator.nft" >"$run/new.nft"
nft --check --file "$run/new.nft" || stop "The rules are not valid for this kernel; nothing was changed."
nft list table "$family" "$table" >"$run/before" 2>/dev/null || : >"$run/before"
cp "$run/new.nft" "$run/pending"

# In a session of its own: if the rules cut this one off, it is ended, and the guard must not be.
export run family table
export -f restore
# shellcheck disable=SC2016 # Expanded by the guard.
setsid bash -c 'end=$((SECONDS + $1))
    while [ "$SECONDS" -lt "$end" ] && [ -f "$run/pending" ]; do sleep 0.2; done
    [ ! -f "$run/pending" ] || restore' guard "$undo_after" </dev/null >/dev/null 2>&1 &
nft -f "$run/new.nft" || { restore; stop "The rules could not be loaded; nothing was changed."; }
echo "Loaded: 80, 443 and $ssh_port are open. They are taken back in $undo_after seconds unless you confirm."

if [ -t 0 ]; then
    echo "Open a SECOND session now. If that works, type yes here:"
    answer=""
    read -r -t "$undo_after" answer || true
    if [ "$answer" = yes ]; then keep; else restore && stop "Not confirmed: the rules are taken back."; fi
else
    echo "Open a second session; if that works: apply.sh --confirm"
fi
