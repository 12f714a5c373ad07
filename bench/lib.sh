# shellcheck shell=sh
# What the benchmarks share: a private MariaDB with full durability, settings, a root key, wrk. Sourced
# after tools/lib.sh, with $top set.

bench_build() { # sets $build
    # shellcheck disable=SC2086
    lk_packages $LK_BUILD_PACKAGES $LK_DATABASE_PACKAGES lighttpd wrk curl
    build=${LATCHKEY_BUILD:-$top/build}
    [ -n "${LATCHKEY_BUILD:-}" ] || lk_build "$build"
}

bench_stop() {
    for part in "$dir"/*/run/web.pid; do
        [ ! -e "$part" ] || lk_web_stop "${part%/run/web.pid}"
    done
    lk_stop "$dir/mysql.pid"
    rm -rf "$dir"
}

bench_start() { # [mariadbd options]; sets $dir, with the database running and $dir/latchkey ready for lk_web_start
    dir=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-bench.XXXXXX")
    chmod 755 "$dir"
    trap bench_stop EXIT
    trap 'exit 130' INT TERM
    lk_mariadb_start "$dir" --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=1G "$@"
    lk_sql "$dir" << END
CREATE DATABASE latchkey CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER latchkey@localhost IDENTIFIED BY 'bench';
GRANT ALL ON latchkey.* TO latchkey@localhost;
END
    mkdir -p "$dir/latchkey/bin"
    (
        umask 027
        printf '[latchkey]\nsocket = %s\nuser = latchkey\npassword = bench\ndatabase = latchkey\n' \
            "$dir/mysql.sock" > "$dir/db.cnf"
    )
    web_user=$(lk_user_for "$dir" www-data)
    [ "$web_user" = "$(id -un)" ] || chgrp "$web_user" "$dir/db.cnf"
    cp "$build/latchkey" "$dir/latchkey/bin/"
    printf 'database_defaults_file = %s\nlog_level = warn\n' "$dir/db.cnf" > "$dir/latchkey/latchkey.conf"
    lk migrate > /dev/null
}

lk() { "$dir/latchkey/bin/latchkey" "$@" --config "$dir/latchkey/latchkey.conf" --output json; }

bench_bare() { # the yardstick, in $dir/bare/bin
    mkdir -p "$dir/bare/bin"
    # shellcheck disable=SC2046
    gcc -O2 -std=c11 -D_GNU_SOURCE -I"$top/src" "$top/bench/bare.c" "$build/liblatchkey.a" -o "$dir/bare/bin/bare" \
        -lfcgi $(pkg-config --cflags --libs libmariadb json-c libcrypto) -lm
}

bench_root_key() { # PERMISSIONS; sets $LK_ROOT
    LK_ROOT=$(lk root-key create --workspace ws_bench --permission "$1" | sed -n 's/.*"key":"\([^"]*\)".*/\1/p')
    export LK_ROOT
}

bench_port() { # a free one, from N on
    while curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$1/" || [ $? != 7 ]; do set -- $(($1 + 1)); done
    echo "$1"
}

bench_wrk() { # URL CONNECTIONS SECONDS, what drive.lua (LK_DRIVE) reads in the environment -> "rate p50"
    threads=2
    [ "$2" -ge 2 ] || threads=1
    wrk -t$threads -c"$2" -d"$3" --latency -s "$top/bench/${LK_DRIVE:-drive.lua}" "$1" > "$dir/wrk.out"
    awk '/^Requests\/sec:/ {rate = $2} /^ *50% / {p50 = $2} /Non-2xx/ {rate = -1} END {print rate, p50}' "$dir/wrk.out"
}

bench_median() { sort -n | awk '{a[NR] = $0} END {print a[int((NR + 1) / 2)]}'; }

bench_machine() { # one line: what it runs on
    printf '%s, %s cores, MariaDB %s, %s workers' "$(uname -m)" "$(nproc)" \
        "$(echo 'SELECT VERSION()' | lk_sql "$dir" -N)" "$workers"
}
