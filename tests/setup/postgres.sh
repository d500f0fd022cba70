#!/usr/bin/env bash
# A private PostgreSQL for tests, on loopback only, with TLS from a certificate authority of its own.
#
#   eval "$(tests/setup/postgres.sh start DIR)"    make a cluster in DIR (new or empty) and start it
#   tests/setup/postgres.sh stop DIR               stop it and remove DIR
#   tests/setup/postgres.sh kill DIR               kill -9 all its processes
#   tests/setup/postgres.sh again DIR              start it again at the same port
#   tests/setup/postgres.sh programs               print the folder of the server's programs, or fail
#
# `start` prints three exports:
#   PACKHORSE_TEST_POSTGRES_URL      superuser, by address
#   PACKHORSE_TEST_POSTGRES_TLS_URL  the same by name, sslmode=verify-full; the certificate is for `localhost` only, so
#                                    that verify-full must refuse the address
#   PACKHORSE_TEST_POSTGRES_CA       the authority's certificate
#
# The cluster is for throwing away: fsync is off, so it is fast and would not survive a power cut. What must be proven
# about durable writes on PostgreSQL needs a cluster of its own.
set -euo pipefail

fail() {
    echo "postgres.sh: $*" >&2
    exit 1
}

# The oldest version from 15 on, the one that asks most of us, if it has btree_gist.
programs() {
    local folder version
    local candidates=(/usr/lib/postgresql/{15..30}/bin)
    if [[ -n ${PACKHORSE_TEST_POSTGRES_PROGRAMS:-} ]]; then
        candidates=("$PACKHORSE_TEST_POSTGRES_PROGRAMS")
    elif command -v pg_config >/dev/null; then
        candidates+=("$(pg_config --bindir)")
    fi
    for folder in "${candidates[@]}"; do
        [[ -x $folder/initdb && -x $folder/pg_ctl && -x $folder/pg_config ]] || continue
        version=$("$folder/initdb" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
        if ((version >= 15)) && [[ -e $("$folder/pg_config" --sharedir)/extension/btree_gist.control ]]; then
            echo "$folder"
            return
        fi
    done
    fail "no PostgreSQL 15 or later with contrib modules here; tests/setup/packages.sh installs it on Debian"
}

# PostgreSQL refuses to run as root.
owner() {
    if [[ $(id -u) != 0 ]]; then
        id -un
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        echo nobody
    fi
}

as_owner() {
    if [[ $(id -u) = 0 ]]; then
        runuser -u "$(owner)" -- "$@"
    else
        "$@"
    fi
}

certificates() { # in the current folder
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Packhorse test authority" -keyout ca.key -out ca.crt
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out server.crt \
        -extfile <(echo "subjectAltName=DNS:localhost")
    rm ca.key ca.srl server.csr
}

start() {
    local dir=$1 bin port password
    bin=$(programs)
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    [[ -z $(ls -A "$dir") ]] || fail "$dir is not empty"
    [[ $dir != *[!A-Za-z0-9/._-]* ]] || fail "$dir would need quoting in a URL; choose a plainer name"
    cd "$dir"

    umask 077
    certificates >openssl.log 2>&1 || fail "openssl failed: $(cat openssl.log)"
    # A password, although on loopback: other people of this machine could connect too.
    password=$(openssl rand -hex 16)
    echo "$password" >password
    chown -R "$(owner)" "$dir"
    as_owner "$bin/initdb" -D "$dir/data" -U postgres --pwfile=password --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C --no-sync >initdb.log 2>&1 || fail "initdb failed: $(cat initdb.log)"
    rm password
    echo "host all all 127.0.0.1/32 scram-sha-256" >data/pg_hba.conf # `host` is with TLS and without
    cat >>data/postgresql.conf <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = off
full_page_writes = off
ssl = on
ssl_cert_file = '$dir/server.crt'
ssl_key_file = '$dir/server.key'
EOF

    # A free port below those the kernel hands out; when somebody else takes it meanwhile, another.
    for _ in {1..10}; do
        port=$((20000 + RANDOM % 12000))
        (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        if as_owner "$bin/pg_ctl" start -w -D "$dir/data" -o "-p $port" -l "$dir/server.log" >/dev/null; then
            echo "$port" >port
            cat <<EOF
export PACKHORSE_TEST_POSTGRES_URL='postgres://postgres:$password@127.0.0.1:$port/postgres'
export PACKHORSE_TEST_POSTGRES_TLS_URL='postgres://postgres:$password@localhost:$port/postgres?sslmode=verify-full&sslrootcert=$dir/ca.crt'
export PACKHORSE_TEST_POSTGRES_CA='$dir/ca.crt'
EOF
            return
        fi
    done
    fail "the server did not start: $(tail "$dir/server.log")"
}

stop() {
    local dir bin
    dir=$(cd "$1" && pwd)
    bin=$(programs)
    [[ -e $dir/data/PG_VERSION ]] || fail "$dir has no cluster"
    cd "$dir"
    if [[ -e data/postmaster.pid ]]; then
        as_owner "$bin/pg_ctl" stop -w -m immediate -D "$dir/data" >/dev/null
    fi
    cd /
    rm -rf "$dir"
}

kill_all() {
    local server children
    server=$(head -n 1 "$1/data/postmaster.pid")
    children=$(pgrep -P "$server" || true)
    # A child may have ended by itself; the server's end is what counts.
    kill -9 "$server"
    [[ -z $children ]] || kill -9 $children 2>/dev/null || true
}

again() {
    local dir bin
    dir=$(cd "$1" && pwd)
    bin=$(programs)
    cd "$dir"
    # The memory of a server that was killed is in use until the last of its processes is gone.
    for _ in {1..50}; do
        as_owner "$bin/pg_ctl" start -w -D "$dir/data" -o "-p $(cat port)" -l "$dir/server.log" >/dev/null && return
        sleep 0.2
    done
    fail "the server did not start again: $(tail "$dir/server.log")"
}

case "${1:-} $#" in
"start 2") start "$2" ;;
"stop 2") stop "$2" ;;
"kill 2") kill_all "$2" ;;
"again 2") again "$2" ;;
"programs 1") programs ;;
*) sed -n '2,/^set /{/^#/p}' "$0" >&2 && exit 2 ;;
esac
