#!/bin/sh
# The platform within its container, below tini. A stop reaches the control plane first; then the edge and the apps are
# ended in order, which outlive the control plane elsewhere and would be killed with the container here.
set -u
main=/opt/seaworthy/programs/control-plane/main.ts
flags='--disable-warning=ExperimentalWarning --max-semi-space-size=2'
stopping=

# shellcheck disable=SC2086
node $flags "$main" &
child=$!
trap 'stopping=yes; kill -TERM "$child" 2>/dev/null' TERM INT HUP
wait "$child"
status=$?
# A trapped signal ends `wait` before the control plane has ended.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done

# A stop during its first moments, when it cannot take signals yet, is no failure.
if [ -n "$stopping" ] && [ "$status" -eq 143 ]; then status=0; fi
if [ "$status" -ne 0 ]; then exit "$status"; fi
# shellcheck disable=SC2086
exec node $flags "$main" stop-all
