#!/usr/bin/env bash
# Starts a Docker engine on a machine without an init system, as root, and waits until it answers. One that answers
# already is taken as it is. Needs the packages docker.io and iptables. Stop it with: kill "$(cat /var/run/docker.pid)"
set -euo pipefail
answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

answers && exit 0
log=${TMPDIR:-/tmp}/dockerd.log
setsid nohup dockerd >"$log" 2>&1 </dev/null &
for _ in $(seq 120); do
  answers && exit 0
  sleep 0.5
done
echo "The Docker engine did not start. The end of its log ($log):" >&2
tail -n 20 "$log" >&2
exit 1
