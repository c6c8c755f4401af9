#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A private PostgreSQL cluster in a temporary folder: data and socket there, no TCP port, nothing of
# the machine's own is touched. Source it (pg_start, pg_grant, pg_stop, pg_kill, pg_kill_session, pg_crash,
# pg_up, pg_sql), or run
#   postgres.sh run [--no-fsync] COMMAND...    start, run the command with the variables below, stop
#   postgres.sh kill|up                        kill -9 and restart, for a command under `run`
# Variables, exported: PG_DIR (the folder), PG_OWNER (conninfo of the migrating role), PG_DAEMON
# (conninfo of the daemon's login), PG_ADMIN (conninfo of the superuser).

# initdb refuses root; as root the cluster belongs to `postgres`.
pg_as() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$@")
	else
		"$@"
	fi
}

pg_find_bin() {
	PG_BIN=$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
	PG_BIN=${PG_BIN%/initdb}
	[ -n "$PG_BIN" ] || { echo "postgres.sh: no PostgreSQL server under /usr/lib/postgresql" >&2; return 1; }
}

pg_sql() { # SQL [CONNINFO]: as the superuser unless told otherwise; prints bare values
	"$PG_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "${2:-$PG_ADMIN}" -c "$1"
}

# After a kill the last children may still hold the shared memory: tried again for a while.
pg_up() {
	local try
	for try in 1 2 3 4 5 6 7 8 9 10; do
		pg_as "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -l "$PG_DIR/log" -w -t 60 -s start >/dev/null 2>&1 && return 0
		sleep 0.3
	done
	cat "$PG_DIR/log" >&2
	return 1
}

# The whole cluster dies at once, as with a power cut; children notice the postmaster's death.
pg_kill() {
	local pid
	pid=$(pg_as head -n 1 "$PG_DIR/data/postmaster.pid") && kill -9 "$pid" || return 1
	while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}

# One session of the daemon's role dies; PostgreSQL throws all the others out, too, and recovers.
pg_kill_session() {
	local pid
	pid=$(pg_as head -n 1 "$PG_DIR/data/postmaster.pid") &&
		pid=$(pgrep -P "$pid" -f '^postgres: shepd ' | shuf -n 1) && [ -n "$pid" ] && kill -9 "$pid"
}

pg_crash() {
	pg_as "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -m immediate -s stop >/dev/null 2>&1
}

pg_start() { # [--no-fsync]
	local fsync=on folder=${TMPDIR:-/tmp}
	[ "${1:-}" = --no-fsync ] && fsync=off
	pg_find_bin || return 1
	# a socket's path has 107 octets, and root's own folder may be closed to postgres (libpam-tmpdir)
	{ [ ${#folder} -lt 80 ] && pg_as test -x "$folder"; } || folder=/tmp
	PG_DIR=$(mktemp -d "$folder/shepd-pg.XXXXXX") || return 1
	[ "$(id -u)" -ne 0 ] || chown postgres: "$PG_DIR"
	pg_as "$PG_BIN/initdb" -D "$PG_DIR/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
		--no-instructions >"$PG_DIR/initdb.log" 2>&1 || { cat "$PG_DIR/initdb.log" >&2; return 1; }
	printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$PG_DIR'" "fsync = $fsync" \
		"max_connections = 60" "shared_buffers = 32MB" "timezone = 'UTC'" |
		pg_as tee -a "$PG_DIR/data/postgresql.conf" >/dev/null
	pg_up || return 1
	PG_ADMIN="host=$PG_DIR dbname=shepd user=postgres"
	PG_OWNER="host=$PG_DIR dbname=shepd user=shepd_owner"
	PG_DAEMON="host=$PG_DIR dbname=shepd user=shepd"
	export PG_BIN PG_DIR PG_ADMIN PG_OWNER PG_DAEMON
	pg_sql "CREATE ROLE shepd_owner LOGIN CREATEROLE" "host=$PG_DIR dbname=postgres user=postgres" &&
		pg_sql "CREATE ROLE shepd LOGIN" "host=$PG_DIR dbname=postgres user=postgres" &&
		pg_sql "CREATE DATABASE shepd OWNER shepd_owner" "host=$PG_DIR dbname=postgres user=postgres"
}

# After the migrations: the daemon's login joins the group that they made.
pg_grant() {
	pg_sql "GRANT shepd_daemon TO shepd"
}

pg_stop() {
	[ -n "${PG_DIR:-}" ] && [ -d "$PG_DIR" ] || return 0
	pg_as "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -m immediate -s stop >/dev/null 2>&1
	rm -rf "$PG_DIR"
	unset PG_DIR
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -u
	case "${1:-}" in
	run)
		shift
		fsync=
		[ "${1:-}" = --no-fsync ] && { fsync=$1; shift; }
		trap pg_stop EXIT
		trap 'exit 1' INT TERM HUP
		pg_start $fsync || exit 1
		"$@"
		exit
		;;
	kill) pg_kill ;;
	up) pg_up ;;
	*)
		echo "usage: postgres.sh run [--no-fsync] COMMAND... | kill | up" >&2
		exit 2
		;;
	esac
fi
