#!/bin/sh
# Becomes one command of an app: joins its cgroups, gets its own view of the files, gives up every right, then execs.
#
#   launch.sh [--cgroup FILE]… [--mount SOURCE TARGET ro|rw]… [--volume SOURCE TARGET]… [--hide FOLDER]…
#             [--scratch FOLDER]… [--proc] [--open-files COUNT] [--user ID] --directory FOLDER
#             -- NAME=VALUE… COMMAND ARGUMENT…
#
# Started by launcher.ts, as root, in a mount namespace of its own, with an environment that holds only PATH: the
# app's variables (LD_PRELOAD …) come as arguments and are set by `env` after the rights are gone. Nothing here is
# evaluated. File descriptor 3 takes the word `ready`, or else what went wrong.
set -eu
umask 022

fail() {
  echo "$1" >&3
  exit 125
}

# What stands in for a folder of the host while it is replaced. Made by create-sandbox.ts.
ASIDE=/run/seaworthy/aside

# Everything right below folder $1 appears below $2 as well, with all that is mounted in it.
show_entries() {
  for entry in "$1"/* "$1"/.[!.]*; do
    at=$2/${entry##*/}
    if [ -L "$entry" ]; then
      cp -P -- "$entry" "$at" 2>&3 || return 1
    elif [ -d "$entry" ]; then
      { mkdir -- "$at" && mount --rbind -- "$entry" "$at"; } 2>&3 || return 1
    elif [ -e "$entry" ]; then
      { : >"$at" && mount --bind -- "$entry" "$at"; } 2>&3 || return 1
    fi
  done
}

# A folder in memory with the same entries takes the place of folder $1, so that new ones can be made in it: the host
# stays as it is. The root itself is changed by pivot_root(2), and the old one let go.
replace() {
  if [ "$1" = / ]; then
    mount -t tmpfs -o mode=755,size=1m,nosuid,nodev -- root "$ASIDE" 2>&3 || return 1
    show_entries '' "$ASIDE" || return 1
    umount -l -- "$ASIDE$ASIDE" 2>&3 || return 1 # it shows itself, as a part of /run
    { mkdir -- "$ASIDE/.old" && pivot_root "$ASIDE" "$ASIDE/.old" && cd /; } 2>&3 || return 1
    { umount -l /.old && rmdir /.old; } 2>&3
  else
    mount --rbind -- "$1" "$ASIDE" 2>&3 || return 1
    mount -t tmpfs -o mode=755,size=1m,nosuid,nodev -- folder "$1" 2>&3 || return 1
    { chown --reference="$ASIDE" -- "$1" && chmod --reference="$ASIDE" -- "$1"; } 2>&3 || return 1
    show_entries "$ASIDE" "$1" || return 1
    umount -l -- "$ASIDE" 2>&3
  fi
}

# Makes the folder $1 in this view of the files. Within a volume it is made in the volume.
make_room() {
  [ ! -d "$1" ] || return 0
  there=$1
  while [ ! -d "$there" ]; do
    there=${there%/*}
    there=${there:-/}
  done
  case $volumes in
  *" $there "* | *" $there/"*) ;;
  *) replace "$there" || return 1 ;;
  esac
  mkdir -p -- "$1" 2>&3
}

user=
volumes=' '
open_files=65536
while [ "$1" != -- ]; do
  case $1 in
  --cgroup)
    echo 0 >"$2" || fail "cannot join the cgroup $2"
    shift 2
    ;;
  --mount)
    mount -o "bind,nosuid,nodev,$4" -- "$2" "$3" 2>&3 || fail "cannot mount $2 at $3"
    shift 4
    ;;
  --volume)
    make_room "$3" || fail "cannot make room for a volume at $3"
    mount -o bind,nosuid,nodev -- "$2" "$3" 2>&3 || fail "cannot mount the volume $2 at $3"
    volumes="$volumes$3 "
    shift 3
    ;;
  --hide)
    # Already out of sight when it lies below a folder that was mounted over.
    [ ! -d "$2" ] || mount -t tmpfs -o mode=0,ro,nosuid,nodev,noexec -- hidden "$2" 2>&3 || fail "cannot hide $2"
    shift 2
    ;;
  --scratch)
    # A folder of the host that everybody may write: an empty one of the command's own, in memory, goes with it.
    [ ! -d "$2" ] || mount -t tmpfs -o mode=1777,size=64m,nosuid,nodev -- scratch "$2" 2>&3 || fail "cannot cover $2"
    shift 2
    ;;
  --proc)
    mount -t proc -o hidepid=invisible,nosuid,nodev,noexec -- proc /proc 2>&3 || fail 'cannot mount /proc'
    shift
    ;;
  --open-files)
    open_files=$2
    shift 2
    ;;
  --user)
    user=$2
    shift 2
    ;;
  --directory)
    cd -- "$2" 2>&3 || fail "cannot enter $2"
    shift 2
    ;;
  *) fail "unknown argument $1" ;;
  esac
done
shift

ulimit -c 0 # a core dump holds the app's secrets
ulimit -n "$open_files" 2>/dev/null || : # the same everywhere, where the host's hard limit lets us
echo 300 2>/dev/null >/proc/self/oom_score_adj || : # a host without memory ends apps before the platform

echo ready >&3
exec 3>&-
if [ -n "$user" ]; then
  exec setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- env -i -- "$@"
fi
exec env -i -- "$@"
