#!/usr/bin/env bash
# letter-case.sh - a small disk that does not tell the cases of letters apart, for the tests.
#
#   letter-case.sh have               exit 0 if one can be had here, else say why not
#   letter-case.sh up DIR OWNER       mounts one of 16 MB (exFAT, by the kernel or through FUSE) at DIR, which exists;
#                                     takes away first what dead owners have left
#   letter-case.sh down DIR
#
# Needs root, a loop device, and mkfs.exfat (exfatprogs).
set -u
LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/sbin:/sbin
STATE=/run/portside-disks

die() { echo "letter-case.sh: $*" >&2; exit 1; }

# One name a mount: the directory's, with its slashes as underscores.
key() { echo "$1" | tr / _; }

mount_it() { # LOOP DIR
    mount -t exfat "$1" "$2" 2>/dev/null || mount.exfat-fuse "$1" "$2" >/dev/null 2>&1
}

have() {
    [ "$(id -u)" = 0 ] || { echo "mounting a disk needs root"; return 1; }
    command -v mkfs.exfat >/dev/null || { echo "there is no mkfs.exfat (exfatprogs)"; return 1; }
    local dir result=0
    dir=$(mktemp -d)
    (up "$dir" $$) >/dev/null 2>&1 || { echo "a disk image cannot be mounted here"; result=1; }
    down "$dir"
    rmdir "$dir"
    return $result
}

up() {
    local file loop
    mkdir -p "$STATE" || return 1
    for file in "$STATE"/*.owner; do
        [ -f "$file" ] || continue
        read -r pid dir <"$file"
        [ -d "/proc/$pid" ] || down "$dir"
    done
    file="$STATE/$(key "$1")"
    truncate -s 16M "$file.img" && mkfs.exfat "$file.img" >/dev/null || return 1
    loop=$(losetup -f --show "$file.img") || return 1
    echo "$loop" >"$file.loop"
    echo "$2 $1" >"$file.owner"
    mount_it "$loop" "$1"
}

down() {
    local file="$STATE/$(key "$1")"
    umount "$1" 2>/dev/null
    [ -f "$file.loop" ] && losetup -d "$(cat "$file.loop")" 2>/dev/null
    rm -f "$file.img" "$file.loop" "$file.owner"
}

case ${1:-} in
    have) have ;;
    up) [ $# = 3 ] || die "up DIR OWNER"; up "$2" "$3" || { down "$2"; die "no disk could be mounted at $2"; } ;;
    down) [ $# = 2 ] || die "down DIR"; down "$2" ;;
    *) sed -n '2,/^set -u/s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac
