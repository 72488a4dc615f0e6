# What each server is started with. Sourced by servers.sh, whose variables these functions read:
# dir bind port low high root me uid gid group max id tls clients fxp. Each writes below $dir and sets `command`.

configure_vsftpd() {
    local pam="portside-${id,,}-$$" listen="listen=YES
listen_address=$bind"
    [[ $bind == *:* ]] && listen="listen_ipv6=YES
listen_address6=$bind"
    cat >"$dir/vsftpd.conf" <<C
$listen
listen_port=$port
background=NO
anonymous_enable=YES
no_anon_password=YES
anon_root=$root
ftp_username=bin
anon_world_readable_only=NO
nopriv_user=$me
local_enable=YES
guest_enable=YES
guest_username=$me
virtual_use_local_privs=YES
local_root=$root
local_umask=022
chroot_local_user=YES
allow_writeable_chroot=YES
check_shell=NO
pam_service_name=$pam
write_enable=YES
secure_chroot_dir=$dir/empty
pasv_min_port=$low
pasv_max_port=$high
connect_from_port_20=NO
ls_recurse_enable=YES
mdtm_write=YES
seccomp_sandbox=NO
max_clients=$max
max_per_ip=$max
xferlog_enable=NO
vsftpd_log_file=$dir/vsftpd.log
ftpd_banner=vsftpd test server
C
    [ -z "$rate" ] || printf 'local_max_rate=%s\nanon_max_rate=%s\n' "$rate" "$rate" >>"$dir/vsftpd.conf"
    [ -z "$tls" ] || cat >>"$dir/vsftpd.conf" <<C
ssl_enable=YES
ssl_tlsv1=YES
allow_anon_ssl=YES
force_local_logins_ssl=YES
force_local_data_ssl=YES
require_ssl_reuse=YES
strict_ssl_read_eof=YES
strict_ssl_write_shutdown=YES
ssl_ciphers=HIGH
rsa_cert_file=
dsa_cert_file=$dir/tls/certificate.pem
dsa_private_key_file=$dir/tls/key.pem
C
    [ -z "$clients" ] || cat >>"$dir/vsftpd.conf" <<C
require_cert=YES
validate_cert=YES
ca_certs_file=$dir/tls/ca.pem
C
    mkdir "$dir/empty"
    chmod 555 "$dir/empty"
    echo "$ACCOUNT" >"$dir/users"
    # vsftpd dies when a PAM module forks, which leaves pam_listfile: the name is checked, the password is not.
    echo "$pam" >"$dir/pam"
    cat >"/etc/pam.d/$pam" <<C
auth required pam_listfile.so item=user sense=allow file=$dir/users onerr=fail quiet
auth required pam_permit.so
account required pam_permit.so
C
    command=("$(program vsftpd)" "$dir/vsftpd.conf")
}

configure_proftpd() {
    local modules="$CACHE/unpacked/usr/lib/proftpd" ipv6=off
    [ -d "$modules" ] || modules=/usr/lib/proftpd
    [[ $bind == *:* ]] && ipv6=on
    # An own name for the anonymous account: <Anonymous> would take the plain one over.
    printf '%s:%s:%s:%s::%s:/bin/false\n' \
        "$ACCOUNT" "$(openssl passwd -1 "$SECRET")" "$uid" "$gid" "$root" anonuser '*' "$uid" "$gid" "$root" \
        >"$dir/passwd"
    printf '%s:x:%s:\n' "$group" "$gid" >"$dir/group"
    chmod 600 "$dir/passwd" "$dir/group"
    cat >"$dir/proftpd.conf" <<C
ServerName "ProFTPD test server"
ServerType standalone
ModulePath $modules
Port $port
DefaultAddress $bind
SocketBindTight on
UseIPv6 $ipv6
UseReverseDNS off
User $me
Group $group
AuthOrder mod_auth_file.c
AuthUserFile $dir/passwd
AuthGroupFile $dir/group
AuthFileOptions InsecurePerms
RequireValidShell off
PersistentPasswd off
RootLogin off
DefaultRoot $root
PassivePorts $low $high
PidFile $dir/proftpd.pid
ScoreboardFile $dir/scoreboard
ScoreboardMutex $dir/scoreboard.lck
DelayTable none
SystemLog $dir/proftpd.log
TransferLog none
WtmpLog off
MaxInstances $max
MaxLoginAttempts 10
Umask 022 022
AllowOverwrite on
AllowStoreRestart on
UseSendfile on
TimesGMT on
LoadModule mod_facl.c
LoadModule mod_deflate.c
LoadModule mod_digest.c
LoadModule mod_copy.c
LoadModule mod_site_misc.c
DeflateEngine on
<IfModule mod_delay.c>
DelayEngine off
</IfModule>
<Directory />
  AllowOverwrite on
</Directory>
<Anonymous $root>
  User anonuser
  Group $group
  UserAlias anonymous anonuser
  UserAlias ftp anonuser
  AnonRequirePassword off
  RequireValidShell off
</Anonymous>
C
    [ -z "$tls" ] || cat >>"$dir/proftpd.conf" <<C
LoadModule mod_tls.c
TLSEngine on
TLSProtocol TLSv$tls
TLSECCertificateFile $dir/tls/certificate.pem
TLSECCertificateKeyFile $dir/tls/key.pem
TLSRequired on
TLSLog $dir/tls.log
C
    [ -z "$clients" ] || cat >>"$dir/proftpd.conf" <<C
TLSVerifyClient on
TLSCACertificateFile $dir/tls/ca.pem
C
    [ -z "$fxp" ] || cat >>"$dir/proftpd.conf" <<C
AllowForeignAddress on
C
    # As a client of the other it wants to know who that is; nobody's data connection resumes the session of our control
    # connection when we are not there.
    [ -z "$fxp" ] || [ -z "$tls" ] || cat >>"$dir/proftpd.conf" <<C
TLSCACertificateFile $dir/tls/ca.pem
TLSOptions NoSessionReuseRequired
C
    command=("$(program proftpd)" -n -q -c "$dir/proftpd.conf")
}

configure_pure_ftpd() {
    local family=(-4 -P "$bind")
    [[ $bind == *:* ]] && family=(-6)
    # Written by hand: `pure-pw useradd` picks a password hash that costs seconds of CPU at every login.
    printf '%s:%s:%s:%s::%s/./::::::::::::\n' \
        "$ACCOUNT" "$(openssl passwd -1 "$SECRET")" "$uid" "$gid" "$root" >"$dir/passwd"
    chmod 600 "$dir/passwd"
    "$(program pure-pw)" mkdb "$dir/accounts.pdb" -f "$dir/passwd" >/dev/null || die "pure-pw mkdb failed"
    command=("$(program pure-ftpd)" -S "$bind,$port" -p "$low:$high" -l "puredb:$dir/accounts.pdb"
        -E -H -A -u 1 -c "$max" -C "$max" -L 2000000:20 -U 133:022 -I 15 "${family[@]}")
    [ -z "$tls" ] || command+=(-Y 3 -2 "$dir/tls/server.pem")
}

configure_pyftpdlib() {
    command=("$(python)" -W ignore "$here/pyftpdlib-server.py" \
        "$bind" "$port" "$low" "$high" "$root" "$uid" "$gid" "$max" "$ACCOUNT" "$SECRET" \
        ${tls:+"$dir/tls/server.pem"})
}
