#!/bin/sh
# Becomes one more command beside one that runs: in its cgroups, its namespaces and its user, then execs.
#
#   enter.sh [--cgroup FILE]… [--into PID NSENTER-FLAGS] [--user ID] -- NAME=VALUE… COMMAND ARGUMENT…
#
# Started by attach-command.ts as root; stdin, stdout and stderr are the caller's. Nothing here is evaluated. The
# working directory is that of the command that runs.
set -eu
umask 022

fail() {
  echo "seaworthy: $1" >&2
  exit 125
}

user=
into=
flags=
while [ "$1" != -- ]; do
  case $1 in
  --cgroup)
    echo 0 >"$2" || fail "the instance's limits could not be joined"
    shift 2
    ;;
  --into)
    into=$2
    flags=$3
    shift 3
    ;;
  --user)
    user=$2
    shift 2
    ;;
  *) fail "unknown argument $1" ;;
  esac
done
shift

ulimit -c 0 # a core dump holds the app's secrets
echo 300 2>/dev/null >/proc/self/oom_score_adj || : # as all that apps run
if [ -n "$user" ] && terminal=$(tty); then
  chown "$user" "$terminal" # so that what opens its terminal by name may
fi

[ -n "$user" ] || exec env -i -- "$@"
set -- setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- env -i -- "$@"
# The flags are words of ours: --mount --pid …
# shellcheck disable=SC2086
exec nsenter --target "$into" $flags --wd -- "$@"
