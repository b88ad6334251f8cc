#!/bin/sh
# Whether nginx answers on its internal port. For HEALTHCHECK and Compose.
set -eu

address=${INTERNAL_LISTEN:-9113}
case $address in
    *:*) ;;
    *) address=127.0.0.1:$address ;;
esac

if command -v curl >/dev/null 2>&1; then
    exec curl -fsS -o /dev/null --max-time 3 "http://$address/healthz"
fi

# shellcheck disable=SC2016 # Expanded by bash.
exec timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET /healthz HTTP/1.0\r\n\r\n" >&3 && read -r line <&3 && [[ $line == *" 200 "* ]]' \
    - "${address%:*}" "${address##*:}"
