#!/usr/bin/env bash
# servers.sh - real FTP servers on loopback, for the tests and the benchmarks.
#
#   servers.sh install              fetch the server programs; no system service is set up
#   servers.sh start NAME [option]  NAME: vsftpd | proftpd | pure-ftpd | pyftpdlib; prints what `env` prints
#   servers.sh stop ID | all        end what `start` began, and remove what it wrote
#   servers.sh sweep                stop those whose owner has gone
#   servers.sh env ID               FTP_HOST=... FTP_PORT=... FTP_USER=... FTP_PASS=... FTP_ROOT=..., one a line; FTP_CA with --tls
#   servers.sh have NAME            exit 0 if NAME can be run here, else say why not
#
# Options of start:
#   --id ID       the instance (default NAME); any number of a server's instances may run side by side
#   --root DIR    the directory served as "/" (default: one of its own). As root, DIR and all that is in it is
#                 given to the account that the sessions run as.
#   --bind ADDR   listening address, 127.0.0.1 (default) or ::1
#   --port N, --pasv LOW-HIGH    (default: a free block of 500 ports between 10000 and 32500)
#   --owner PID   `sweep`, which every `start` does too, stops this instance when PID has gone
#   --max N       connections allowed (default 200)
#   --rate N      most bytes a second of each connection (vsftpd)
#   --tls VERSION 1.2 or 1.3: that version only, and no login without it. Data connections have to resume the
#                 session of the control connection (vsftpd, ProFTPD). `env` prints FTP_CA too, the authority that
#                 signed for localhost, 127.0.0.1 and ::1
#   --clients certified    with --tls: no login without a client certificate of that authority (vsftpd, ProFTPD).
#                 `env` prints FTP_CERT, FTP_KEY and FTP_ENCRYPTED_KEY (passphrase "secret") too
#   --fxp ID|new  data connections with other servers, in either role of TLS (ProFTPD); with --tls certificates of the
#                 same authority as instance ID
#
# Account: "tester" with password "secret", read and write. vsftpd knows the name but takes any password: a PAM
# service that checks one would need an account in /etc/passwd. Anonymous: read on vsftpd, read and write on
# ProFTPD and pyftpdlib, none on Pure-FTPd.
#
# The servers need root. Without it the script goes through `sudo -n`, and the sessions run as the caller.
set -u
LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
STATE=${PORTSIDE_SERVERS_STATE:-/tmp/portside-servers-$(id -u)}
CACHE=${PORTSIDE_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portside-tests/servers}
ACCOUNT=tester
SECRET=secret
SERVERS="vsftpd proftpd pure-ftpd pyftpdlib"

die() { echo "servers.sh: $*" >&2; exit 1; }

# ------------------------------------------------------------------------------------------------ programs

# The three Debian packages conflict with each other: they are unpacked side by side, not installed.
PACKAGES="vsftpd proftpd-core proftpd-mod-crypto pure-ftpd pure-ftpd-common"
LIBRARIES="openssl python3-openssl libcap2 libpam0g libwrap0 libsodium23 libhiredis0.14 libmemcached11 libmemcachedutil2
    libpcre2-posix3 libacl1 libidn2-0 python3-pyftpdlib"

install_programs() {
    local stamp="$CACHE/installed" name
    [ "$(cat "$stamp" 2>/dev/null)" = "$PACKAGES $LIBRARIES" ] && return 0
    "$here/../../Scripts/need" $LIBRARIES || die "the servers' libraries could not be installed"
    mkdir -p "$CACHE/deb" || exit 1
    echo "Fetching $PACKAGES"
    (cd "$CACHE/deb" && apt-get -q download $PACKAGES >download.log 2>&1) ||
        { cat "$CACHE/deb/download.log" >&2; die "apt-get download failed (its output is above)"; }
    for name in "$CACHE"/deb/*.deb; do dpkg-deb -x "$name" "$CACHE/unpacked" || exit 1; done
    rm -rf "$CACHE/deb"
    for name in $SERVERS; do installed "$name" || die "$name still cannot be run"; done
    echo "$PACKAGES $LIBRARIES" >"$stamp"
}

program() { # program NAME -> its path
    local path
    for path in "$CACHE/unpacked/usr/sbin/$1" "$CACHE/unpacked/usr/bin/$1" "$(command -v "$1" 2>/dev/null)"; do
        [ -n "$path" ] && [ -x "$path" ] && { echo "$path"; return 0; }
    done
    return 1
}

python() { # a Python that has pyftpdlib: Debian's own knows Debian's packages
    local path
    for path in /usr/bin/python3 python3; do
        "$path" -W ignore -c 'import pyftpdlib' >/dev/null 2>&1 && { echo "$path"; return 0; }
    done
    return 1
}

installed() {
    case $1 in
        pyftpdlib) python >/dev/null ;;
        vsftpd | proftpd | pure-ftpd) program "$1" >/dev/null ;;
        *) echo "no server is called $1" >&2; return 1 ;;
    esac || { echo "$1 is not installed: Tests/Servers/servers.sh install" >&2; return 1; }
}

# ------------------------------------------------------------------------------------------------ records

# A process is its identifier and its start time, so that a recycled identifier is never taken for ours.
start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    set -- ${stat##*) }
    [ "$1" != Z ] && echo "${20}"
}
running() { # running FILE: the process that FILE names
    local pid time
    [ -f "$1" ] && read -r pid time <"$1" && [ -n "$time" ] && [ "$(start_time "$pid")" = "$time" ]
}
listening() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }
valid() { [[ $1 =~ ^[A-Za-z0-9_.-]+$ && $1 != .* ]] || die "'$1' is no name for an instance"; }

stop_one() {
    local dir="$STATE/$1" pid time
    [ -d "$dir" ] || return 0
    if running "$dir/pid"; then
        read -r pid time <"$dir/pid"
        # Started with setsid: the group is the server and the sessions that it forked, and nothing else.
        # Nothing that it keeps is worth the half second that ProFTPD takes to end by itself.
        kill -KILL -- "-$pid" 2>/dev/null
    fi
    [ -f "$dir/pam" ] && rm -f "/etc/pam.d/$(cat "$dir/pam")"
    rm -rf -- "$dir"
}

instances() { local dir; for dir in "$STATE"/*/; do [ -d "$dir" ] && basename "$dir"; done; }

sweep() {
    local id
    for id in $(instances); do
        if [ -f "$STATE/$id/owner" ] && ! running "$STATE/$id/owner"; then stop_one "$id"; fi
    done
}

free_block() { # the first port of 500 that no instance has
    local first taken
    taken=" $(cat "$STATE"/*/block 2>/dev/null | tr '\n' ' ') "
    for first in $(seq 10000 500 32000); do
        [[ $taken == *" $first "* ]] && continue
        listening 127.0.0.1 "$first" || listening ::1 "$first" || { echo "$first"; return 0; }
    done
    die "no block of ports is free"
}

# ------------------------------------------------------------------------------------------------ certificates

make_certificates() { # into $dir/tls: ca.pem, server.pem (the key too), openssl.cnf that allows one version only
    local tls="$dir/tls"
    mkdir "$tls" || return 1
    cat >"$tls/openssl.cnf" <<C
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = system
[system]
MinProtocol = TLSv$1
MaxProtocol = TLSv$1
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
[server]
subjectAltName = DNS:localhost,IP:127.0.0.1,IP:::1
C
    (
        cd "$tls" && export OPENSSL_CONF=$tls/openssl.cnf || exit 1
        if [ -f "$STATE/$fxp/tls/ca.key" ]; then
            cp "$STATE/$fxp/tls/ca.key" "$STATE/$fxp/tls/ca.pem" .
        else
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
                -days 2 -subj "/CN=Test Authority" -extensions authority
        fi &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem \
                -subj "/CN=localhost" &&
            openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                -extfile openssl.cnf -extensions server -out certificate.pem &&
            cat key.pem certificate.pem >server.pem
        [ $? = 0 ] || exit 1
        [ -n "$clients" ] || exit 0
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out request.pem \
            -subj "/CN=tester" &&
            openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out client.pem &&
            openssl pkey -in client.key -aes256 -passout "pass:$SECRET" -out client-encrypted.key
    ) >"$tls/log" 2>&1 || { cat "$tls/log" >&2; return 1; }
    chmod 711 "$tls" && chmod 600 "$tls"/*key* "$tls/server.pem" && chmod 644 "$tls"/client* 2>/dev/null
    chmod 644 "$tls/ca.pem" "$tls/openssl.cnf"
}

# ------------------------------------------------------------------------------------------------ start

. "$here/configurations.sh"

start_server() {
    local name=$1 id=$1 root="" port="" pasv="" bind=127.0.0.1 owner="" max=200 rate="" tls="" clients="" fxp=""
    shift
    installed "$name" || exit 69
    while [ $# -gt 1 ]; do
        case $1 in
            --id) id=$2 ;; --root) root=$2 ;; --bind) bind=$2 ;; --port) port=$2 ;; --pasv) pasv=$2 ;;
            --owner) owner=$2 ;; --max) max=$2 ;; --rate) rate=$2 ;; --tls) tls=$2 ;;
            --clients) clients=$2 ;; --fxp) fxp=$2 ;;
            *) die "unknown option $1" ;;
        esac
        shift 2
    done
    [ $# = 0 ] || die "$1 has no value"
    valid "$id"
    [ "$(id -u)" = 0 ] || die "the servers need root, and sudo -n does not give it"

    if [ -n "$root" ]; then
        root=$(cd "$root" && pwd -P) || die "there is no directory $root"
        case $root in / | /root | /home | "$HOME") die "$root is not a directory to give away" ;; esac
    fi
    mkdir -p "$STATE" && chmod 711 "$STATE" || exit 1
    # One start at a time: from choosing the ports until the server holds them.
    exec 9>"$STATE/.lock" && flock 9 || exit 1
    sweep
    stop_one "$id"
    local dir="$STATE/$id" low high
    mkdir "$dir" && chmod 711 "$dir" || exit 1
    if [ -z "$port" ] || [ -z "$pasv" ]; then
        low=$(free_block) || { stop_one "$id"; exit 1; }
        echo "$low" >"$dir/block"
        port=${port:-$low} pasv=${pasv:-$((low + 1))-$((low + 499))}
    fi
    low=${pasv%-*} high=${pasv#*-}
    [ -n "$owner" ] && echo "$owner $(start_time "$owner")" >"$dir/owner"

    # vsftpd wants an account whose home exists; "daemon" has one everywhere.
    local me=${SUDO_USER:-daemon} uid gid group
    uid=$(id -u "$me") gid=$(id -g "$me") group=$(id -gn "$me")
    [ -n "$root" ] || { root="$dir/root" && mkdir "$root"; }
    chown -hR "$uid:$gid" "$root" || exit 1

    local -a command=() environment=()
    if [ -n "$tls" ]; then
        make_certificates "$tls" || { stop_one "$id"; die "no certificates"; }
        environment=(env "OPENSSL_CONF=$dir/tls/openssl.cnf")
    fi
    "configure_${name//-/_}"
    : >"$dir/log"
    (
        # It must not keep what the caller has open: neither the lock above nor a test's sockets.
        for i in "/proc/$BASHPID/fd/"*; do [ "${i##*/}" -le 2 ] || eval "exec ${i##*/}>&-"; done
        exec setsid "${environment[@]}" "${command[@]}"
    ) </dev/null >>"$dir/log" 2>&1 &
    local pid=$! i
    echo "$pid $(start_time "$pid")" >"$dir/pid"
    printf 'FTP_HOST=%s\nFTP_PORT=%s\nFTP_USER=%s\nFTP_PASS=%s\nFTP_ROOT=%s\n' \
        "$bind" "$port" "$ACCOUNT" "$SECRET" "$root" >"$dir/env"
    [ -z "$tls" ] || echo "FTP_CA=$dir/tls/ca.pem" >>"$dir/env"
    [ -z "$clients" ] ||
        printf 'FTP_CERT=%s\nFTP_KEY=%s\nFTP_ENCRYPTED_KEY=%s\n' \
            "$dir/tls/client.pem" "$dir/tls/client.key" "$dir/tls/client-encrypted.key" >>"$dir/env"
    for i in $(seq 200); do
        listening "$bind" "$port" && { cat "$dir/env"; return 0; }
        running "$dir/pid" || break
        sleep 0.02
    done
    tail -5 "$dir/log" >&2
    stop_one "$id"
    die "$name did not start (its last words are above)"
}

case ${1:-} in
    start | stop | sweep)
        if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then
            exec sudo -n env PORTSIDE_SERVERS_STATE="$STATE" PORTSIDE_SERVERS_CACHE="$CACHE" "$here/servers.sh" "$@"
        fi ;;
esac
case ${1:-} in
    install) install_programs ;;
    start) shift; [ $# -ge 1 ] || die "start what? One of: $SERVERS"; start_server "$@" ;;
    stop)
        [ $# = 2 ] || die "stop what? ID or all"
        if [ "$2" = all ]; then for id in $(instances); do stop_one "$id"; done; else valid "$2"; stop_one "$2"; fi ;;
    sweep) sweep ;;
    have)
        [ $# = 2 ] || die "have what?"
        installed "$2" || exit 69
        [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || die "the servers need root, and sudo -n does not give it" ;;
    env) [ $# = 2 ] || die "env of what?"; valid "$2"; cat "$STATE/$2/env" ;;
    *) sed -n '2,/^set -u/s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac
