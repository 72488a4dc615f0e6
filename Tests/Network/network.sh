#!/usr/bin/env bash
# network.sh - a small internet for the tests: a client, a router that filters or translates, a server.
#
#   client 10.77.0.2 ── 10.77.0.1 router 203.0.113.1 ── 203.0.113.2 server
#   2001:db8:77::2         …::1       2001:db8:113::1     2001:db8:113::2
#
#   network.sh have               exit 0 if that can be had here, else say why not
#   network.sh up ID OWNER        three network namespaces, portside-OWNER-ID-{client,router,server}; sweeps first
#   network.sh rule ID OWNER NAME [ARGUMENT]
#                                 what the router does from now on; may be called again
#   network.sh down ID OWNER
#
# The name ftp.test is the server's, over both families, in the client's namespace. Needs root, iproute2 and nft.
set -u
LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/sbin:/sbin

die() { echo "network.sh: $*" >&2; exit 1; }

name() { echo "portside-$owner-$id-$1"; }
at() { local place=$1; shift; ip netns exec "$(name "$place")" "$@"; }

have() {
    [ "$(id -u)" = 0 ] || { echo "network namespaces need root"; return 1; }
    command -v ip >/dev/null || { echo "there is no ip (iproute2)"; return 1; }
    command -v nft >/dev/null || { echo "there is no nft (nftables)"; return 1; }
    ip netns add "portside-$$-probe" 2>/dev/null || { echo "network namespaces are not allowed here"; return 1; }
    local result=0
    ip netns exec "portside-$$-probe" nft add table inet probe 2>/dev/null ||
        { echo "this kernel has no nf_tables"; result=1; }
    ip netns del "portside-$$-probe"
    return $result
}

sweep() {
    local space pid
    for space in $(ip netns list 2>/dev/null | cut -d' ' -f1); do
        case $space in portside-[0-9]*) pid=${space#portside-}; pid=${pid%%-*} ;; *) continue ;; esac
        [ -d "/proc/$pid" ] || { ip netns del "$space"; rm -rf "/etc/netns/$space"; }
    done
}

up() {
    local place
    for place in client router server; do
        ip netns add "$(name $place)" || die "no namespace for the $place"
        ip -n "$(name $place)" link set lo up
        # Addresses count at once, without the wait for a duplicate.
        at $place sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad' 2>/dev/null
    done
    link client 77 10.77.0; link server 113 203.0.113
    ip -n "$(name client)" route add default via 10.77.0.1
    ip -n "$(name client)" -6 route add default via 2001:db8:77::1
    ip -n "$(name server)" route add default via 203.0.113.1
    ip -n "$(name server)" -6 route add default via 2001:db8:113::1
    at router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
    mkdir -p "/etc/netns/$(name client)"
    printf '127.0.0.1 localhost\n2001:db8:113::2 ftp.test\n203.0.113.2 ftp.test\n' >"/etc/netns/$(name client)/hosts"
}

link() { # link PLACE SIX FOUR: a cable between PLACE and the router
    ip link add near netns "$(name "$1")" type veth peer name "$1" netns "$(name router)" || die "no cable"
    ip -n "$(name "$1")" addr add "$3.2/24" dev near
    ip -n "$(name "$1")" -6 addr add "2001:db8:$2::2/64" dev near nodad
    ip -n "$(name router)" addr add "$3.1/24" dev "$1"
    ip -n "$(name router)" -6 addr add "2001:db8:$2::1/64" dev "$1" nodad
    ip -n "$(name "$1")" link set near up
    ip -n "$(name router)" link set "$1" up
}

forward() { # forward RULE...: the router's filter, anew
    at router nft -f - <<END
table inet filter
delete table inet filter
table inet filter {
    chain forward {
        type filter hook forward priority 0; policy accept
        $*
    }
}
END
}

rule() {
    local control=2121
    case $1 in
        # The client may call the control port only.
        no-passive) forward "iifname client tcp flags & (syn|ack) == syn tcp dport != $control drop" ;;
        # The server may call nobody.
        no-active) forward "iifname server tcp flags & (syn|ack) == syn drop" ;;
        no-data)
            forward "iifname client tcp flags & (syn|ack) == syn tcp dport != $control drop
                iifname server tcp flags & (syn|ack) == syn drop" ;;
        no-ipv6) forward "meta nfproto ipv6 drop" ;;
        # A gateway that knows FTP and not RFC 2428: the line never arrives.
        swallow-epsv) forward "iifname client tcp dport $control @ih,0,32 0x45505356 drop" ;;
        # What a router does to a connection that it has forgotten.
        forget) forward "tcp sport $2 drop
            tcp dport $2 drop" ;;
        # The client behind a router that translates, as at home; the server cannot call it.
        nat)
            ip -n "$(name server)" route del default
            at router nft -f - <<'END'
table ip nat {
    chain postrouting {
        type nat hook postrouting priority 100
        oifname server masquerade
    }
}
END
            ;;
        # The other way round: whoever stands at 10.77.0.2 is reached at the router's outer address, all ports.
        nat-server)
            at router nft -f - <<'END'
table ip nat {
    chain prerouting {
        type nat hook prerouting priority -100
        iifname server ip daddr 203.0.113.1 tcp dport 1024-65535 dnat to 10.77.0.2
    }
}
END
            ip -n "$(name server)" route del default ;;
        open) forward ;;
        *) die "no rule is called $1" ;;
    esac || die "the rule $1 was not taken"
}

down() {
    local place
    for place in client router server; do
        ip netns del "$(name $place)" 2>/dev/null
        rm -rf "/etc/netns/$(name $place)"
    done
}

verb=${1:-}; id=${2:-}; owner=${3:-}
case $verb in
    have) have ;;
    up) sweep; up ;;
    rule) rule "$4" "${5:-}" ;;
    down) down ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 64 ;;
esac
