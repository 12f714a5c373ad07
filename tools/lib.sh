# shellcheck shell=sh
# What tools/demo, tools/check, the tests and the benchmark have in common: packages, a private
# MariaDB, a web server in front of workers. Source it with top= set to the source folder.

lk_say() { printf '%s\n' "$*" >&2; }
lk_die() {
    lk_say "$(basename "$0"): $*"
    exit 1
}

# Installs Debian packages that are missing, without starting the services they bring.
lk_packages() {
    lk_missing=
    for lk_p; do
        dpkg-query -W -f '${Status}' "$lk_p" 2>/dev/null | grep -q '^install ok installed' ||
            lk_missing="$lk_missing $lk_p"
    done
    [ -z "$lk_missing" ] && return 0
    [ "$(id -u)" = 0 ] || lk_die "these packages are missing; run: sudo apt-get install$lk_missing"
    lk_say "installing$lk_missing"
    lk_policy=
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        lk_policy=1
        printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
    fi
    lk_status=0
    # shellcheck disable=SC2086
    { apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $lk_missing; } \
        > "${TMPDIR:-/tmp}/latchkey-apt.$$" 2>&1 || lk_status=$?
    [ -n "$lk_policy" ] && rm -f /usr/sbin/policy-rc.d
    if [ $lk_status != 0 ]; then
        cat "${TMPDIR:-/tmp}/latchkey-apt.$$" >&2
        rm -f "${TMPDIR:-/tmp}/latchkey-apt.$$"
        lk_die "the packages could not be installed"
    fi
    rm -f "${TMPDIR:-/tmp}/latchkey-apt.$$"
}

LK_BUILD_PACKAGES="gcc libc6-dev make autoconf automake pkg-config libfcgi-dev libmariadb-dev \
libjson-c-dev libssl-dev zlib1g-dev"
LK_DATABASE_PACKAGES="mariadb-server-core mariadb-client-core mariadb-server"

# lk_free_port PORT: the first port from there where nobody listens.
lk_free_port() {
    lk_port=$1
    until lk_code=0 && { curl -s -m 1 -o /dev/null "http://127.0.0.1:$lk_port/" || lk_code=$?; } && [ $lk_code = 7 ]; do
        lk_port=$((lk_port + 1))
    done
    echo "$lk_port"
}

# lk_build DIR [configure options]: an out-of-tree build of the source in DIR.
lk_build() {
    lk_dir=$1
    shift
    if [ ! -x "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
        "$top/autogen.sh" > "$top/.autogen.log" 2>&1 || {
            cat "$top/.autogen.log" >&2
            lk_die "autogen.sh failed"
        }
        rm -f "$top/.autogen.log"
    fi
    mkdir -p "$lk_dir"
    [ -e "$lk_dir/Makefile" ] || (cd "$lk_dir" && "$top/configure" "$@" > configure.out 2>&1) || {
        cat "$lk_dir/configure.out" >&2
        lk_die "configure failed"
    }
    make -s -C "$lk_dir" -j"$(nproc)" > "$lk_dir/make.out" 2>&1 || {
        cat "$lk_dir/make.out" >&2
        lk_die "make failed"
    }
}

# lk_as USER COMMAND...: runs it as that user when we are root and it is another.
lk_as() {
    lk_user=$1
    shift
    if [ "$(id -u)" = 0 ] && [ "$lk_user" != root ]; then
        runuser -u "$lk_user" -- "$@"
    else
        "$@"
    fi
}

# lk_user_for DIR USER: USER if we are root and it can reach DIR, else ourselves.
lk_user_for() {
    if [ "$(id -u)" = 0 ] && id "$2" > /dev/null 2>&1 && runuser -u "$2" -- test -x "$1"; then
        printf '%s' "$2"
    else
        id -un
    fi
}

# lk_wait SECONDS COMMAND...: until it succeeds.
lk_wait() {
    lk_tries=$(($1 * 20))
    shift
    while [ $lk_tries -gt 0 ]; do
        "$@" > /dev/null 2>&1 && return 0
        sleep 0.05
        lk_tries=$((lk_tries - 1))
    done
    return 1
}

lk_alive() { # pid file
    [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null
}

lk_stop() { # pid file
    [ -s "$1" ] || return 0
    lk_pid=$(cat "$1")
    kill "$lk_pid" 2>/dev/null || true
    lk_gone() { ! kill -0 "$lk_pid" 2>/dev/null; }
    lk_wait 15 lk_gone || kill -9 "$lk_pid" 2>/dev/null || true
    rm -f "$1"
}

# lk_mariadb_start DIR [mariadbd options]: data in DIR/mysql, socket DIR/mysql.sock, no network.
# Root of the database is reached over the socket without a password.
lk_mariadb_start() {
    lk_dir=$1
    shift
    lk_alive "$lk_dir/mysql.pid" && return 0
    lk_db_user=$(lk_user_for "$lk_dir" mysql)
    # a server that starts deletes the temporary tables it finds, also those of servers that run: each
    # needs a folder of its own
    mkdir -p "$lk_dir/mysql-tmp"
    [ "$lk_db_user" = "$(id -un)" ] || chown "$lk_db_user" "$lk_dir/mysql-tmp"
    if [ ! -d "$lk_dir/mysql/mysql" ]; then
        mkdir -p "$lk_dir/mysql"
        [ "$lk_db_user" = "$(id -un)" ] || chown "$lk_db_user" "$lk_dir/mysql"
        mariadb-install-db --no-defaults --force --user="$lk_db_user" --datadir="$lk_dir/mysql" \
            --tmpdir="$lk_dir/mysql-tmp" --skip-test-db \
            --auth-root-authentication-method=normal > "$lk_dir/mysql-install.log" 2>&1 || {
            cat "$lk_dir/mysql-install.log" >&2
            lk_die "the database could not be set up"
        }
    fi
    # the socket and the pid file live in DIR itself
    [ "$lk_db_user" = "$(id -un)" ] || chown "$lk_db_user" "$lk_dir"
    setsid mariadbd --no-defaults --user="$lk_db_user" --datadir="$lk_dir/mysql" \
        --socket="$lk_dir/mysql.sock" --pid-file="$lk_dir/mysql.pid" --skip-networking \
        --tmpdir="$lk_dir/mysql-tmp" --innodb-buffer-pool-size=128M --max-connections=500 "$@" \
        >> "$lk_dir/mysql.log" 2>&1 < /dev/null &
    lk_wait 30 mariadb-admin --no-defaults --socket="$lk_dir/mysql.sock" -u root ping || {
        tail -20 "$lk_dir/mysql.log" >&2
        lk_die "the database does not start"
    }
}

lk_sql() { # DIR [schema], SQL on standard input
    lk_dir=$1
    shift
    mariadb --no-defaults --socket="$lk_dir/mysql.sock" -u root "$@"
}

# lk_web_start SERVER DIR PORT WORKERS: serves DIR/bin/latchkey with DIR/latchkey.conf on
# 127.0.0.1:PORT. SERVER: lighttpd, apache (mod_fcgid), apache-proxy (mod_proxy_fcgi), apache-cgi,
# nginx. Logs in DIR/log. lighttpd reads DIR/gate-lighttpd.conf too, when it is there.
lk_web_start() {
    lk_server=$1 lk_dir=$2 lk_port=$3 lk_workers=$4
    lk_web_user=$(lk_user_for "$lk_dir" www-data)
    mkdir -p "$lk_dir/log" "$lk_dir/run" "$lk_dir/www" "$lk_dir/tmp"
    [ "$lk_web_user" = "$(id -un)" ] || chown -R "$lk_web_user" "$lk_dir/log" "$lk_dir/run" "$lk_dir/tmp"
    printf '%s' "$lk_server" > "$lk_dir/run/server"
    case $lk_server in
    lighttpd) lk_web_lighttpd ;;
    apache | apache-proxy | apache-cgi) lk_web_apache ;;
    nginx) lk_web_nginx ;;
    *) lk_die "unknown web server '$lk_server'" ;;
    esac
    lk_wait 15 curl -fsS -o /dev/null "http://127.0.0.1:$lk_port/health/live" || {
        tail -20 "$lk_dir"/log/*.log >&2
        lk_die "the web server does not answer on port $lk_port"
    }
}

lk_web_lighttpd() {
    {
        cat <<END
server.modules = ( "mod_fastcgi" )
server.bind = "127.0.0.1"
server.port = $lk_port
server.document-root = "$lk_dir/www"
server.upload-dirs = ( "$lk_dir/tmp" )
server.pid-file = "$lk_dir/run/web.pid"
server.errorlog = "$lk_dir/log/error.log"
server.breakagelog = "$lk_dir/log/error.log"
server.max-connections = 1024
server.max-fds = 4096
fastcgi.server = ( "/" => (( "socket" => "$lk_dir/run/fcgi.sock",
  "bin-path" => "${LK_FCGI_PROGRAM:-$lk_dir/bin/latchkey}", "max-procs" => $lk_workers,
  "check-local" => "disable", "fix-root-scriptname" => "enable",
  "bin-environment" => ( "LATCHKEY_CONFIG" => "$lk_dir/latchkey.conf" ),
  "bin-copy-environment" => ( "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS" ) )) )
END
        [ ! -e "$lk_dir/gate-lighttpd.conf" ] || printf 'include "%s"\n' "$lk_dir/gate-lighttpd.conf"
        [ "$lk_web_user" = "$(id -un)" ] || printf 'server.username = "%s"\n' "$lk_web_user"
    } > "$lk_dir/web.conf"
    lighttpd -f "$lk_dir/web.conf"
}

# Workers that the web server does not start itself: multiwatch keeps them running, as systemd would.
lk_pool_start() {
    lk_as "$lk_web_user" env LATCHKEY_CONFIG="$lk_dir/latchkey.conf" spawn-fcgi \
        -s "$lk_dir/run/pool.sock" -M 0660 -P "$lk_dir/run/pool.pid" \
        -- /usr/bin/multiwatch -f "$lk_workers" -- "$lk_dir/bin/latchkey" \
        > /dev/null 2>> "$lk_dir/log/error.log"
}

lk_web_apache() {
    {
        cat <<END
ServerRoot /etc/apache2
ServerName 127.0.0.1
Listen 127.0.0.1:$lk_port
PidFile $lk_dir/run/web.pid
DefaultRuntimeDir $lk_dir/run
Mutex file:$lk_dir/run default
ErrorLog $lk_dir/log/error.log
DocumentRoot $lk_dir/www
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule env_module /usr/lib/apache2/modules/mod_env.so
END
        [ "$lk_web_user" = "$(id -un)" ] || printf 'User %s\nGroup %s\n' "$lk_web_user" "$(id -gn "$lk_web_user")"
        case $lk_server in
        apache) cat <<END ;;
LoadModule fcgid_module /usr/lib/apache2/modules/mod_fcgid.so
FcgidIPCDir $lk_dir/run/fcgid
FcgidProcessTableFile $lk_dir/run/fcgid_shm
FcgidMaxRequestLen 16777216
FcgidMaxProcesses $lk_workers
FcgidInitialEnv LATCHKEY_CONFIG $lk_dir/latchkey.conf
ScriptAliasMatch ^/.* $lk_dir/bin/latchkey
<Directory $lk_dir/bin>
  Require all granted
  Options +ExecCGI
  SetHandler fcgid-script
  CGIPassAuth On
</Directory>
END
        apache-proxy) cat <<END ;;
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_fcgi_module /usr/lib/apache2/modules/mod_proxy_fcgi.so
<Location "/">
  CGIPassAuth On
  ProxyPass "unix:$lk_dir/run/pool.sock|fcgi://latchkey/" enablereuse=off
</Location>
END
        apache-cgi) cat <<END ;;
LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so
ScriptSock $lk_dir/run/cgid.sock
SetEnv LATCHKEY_CONFIG $lk_dir/latchkey.conf
ScriptAliasMatch ^/.* $lk_dir/bin/latchkey
<Directory $lk_dir/bin>
  Require all granted
  CGIPassAuth On
</Directory>
END
        esac
    } > "$lk_dir/web.conf"
    [ "$lk_server" = apache-proxy ] && lk_pool_start
    APACHE_CONFDIR="$lk_dir" apache2 -f "$lk_dir/web.conf" -k start
}

lk_web_nginx() {
    {
        [ "$lk_web_user" = "$(id -un)" ] || printf 'user %s;\n' "$lk_web_user"
        cat <<END
worker_processes 2;
pid $lk_dir/run/web.pid;
error_log $lk_dir/log/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  client_max_body_size 16m;
  client_body_temp_path $lk_dir/tmp/body;
  fastcgi_temp_path $lk_dir/tmp/fastcgi;
  proxy_temp_path $lk_dir/tmp/proxy;
  uwsgi_temp_path $lk_dir/tmp/uwsgi;
  scgi_temp_path $lk_dir/tmp/scgi;
  server {
    listen 127.0.0.1:$lk_port;
    location / { include /etc/nginx/fastcgi_params; fastcgi_pass unix:$lk_dir/run/pool.sock; }
  }
}
END
    } > "$lk_dir/web.conf"
    lk_pool_start
    nginx -c "$lk_dir/web.conf"
}

lk_web_stop() { # DIR
    lk_stop "$1/run/web.pid"
    lk_stop "$1/run/pool.pid"
    rm -f "$1/run/pool.sock"
}
