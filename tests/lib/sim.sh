# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepsim for scripts (bash): source it after check.sh.
#   sim_open                 a folder $SIM with a PKI of today
#   sim_start [options...]   the gateway with trust and an RSA key: $SIM_URL, its spool $SIM/spool.
#                            What stands in $SIM/script and $SIM/registry is used
#   sim_stop                 SIGTERM, waits; returns its exit status
#   sim_close                everything ends, the folder goes
#   sim_call OPERATION [channel.py's options and fields...]    by a stranger, signed
#   sim_send SERVICE PAYLOAD [options...]                      by shepctl send
#   sim_events KIND          how many there are
#   sim_until COMMAND...     waits until it succeeds, 20 s at most
#   sim_participant          a participant that messages are brought to: $SIM_PUSH, its $SIM/received
: "${SRCDIR:?}" "${BUILDDIR:?}"
SIM_PID=
SIM_PARTICIPANT=

sim_open()
{
	SIM=$(mktemp -d "${TMPDIR:-/tmp}/shepsim.XXXXXX") || return 1
	"$SRCDIR/certs/make-test-pki" --date "$(date -u -d yesterday +%Y-%m-%dT00:00:00Z)" \
		--module "$BUILDDIR/kzgost.so" --out "$SIM/pki" >"$SIM/pki.log" 2>&1 || { cat "$SIM/pki.log"; return 1; }
	printf secret >"$SIM/secret"
	mkdir "$SIM/received"
}

sim_start()
{
	local waited=0
	rm -f "$SIM/ready"
	[ ! -f "$SIM/script" ] || set -- --script "$SIM/script" "$@"
	[ ! -f "$SIM/registry" ] || set -- --registry "$SIM/registry" "$@"
	"$BUILDDIR/shepsim" --listen 127.0.0.1:0 --ready "$SIM/ready" --data-dir "$SRCDIR" --spool "$SIM/spool" \
		--trust "$SIM/pki/trust" --cert "$SIM/pki/rsa/gateway.pem" --key "$SIM/pki/rsa/gateway.key" "$@" \
		</dev/null >>"$SIM/log" 2>&1 &
	SIM_PID=$!
	until [ -s "$SIM/ready" ]; do
		sleep 0.05
		waited=$((waited + 1))
		kill -0 $SIM_PID 2>/dev/null && [ $waited -lt 400 ] || { echo "shepsim did not start:"; cat "$SIM/log"; return 1; }
	done
	SIM_URL=http://127.0.0.1:$(cat "$SIM/ready")
}

sim_stop()
{
	local code=0
	[ -n "$SIM_PID" ] || return 0
	kill -TERM "$SIM_PID" 2>/dev/null
	wait "$SIM_PID" || code=$?
	SIM_PID=
	return $code
}

sim_close()
{
	sim_stop
	[ -z "$SIM_PARTICIPANT" ] || kill "$SIM_PARTICIPANT" 2>/dev/null
	[ -z "${SIM:-}" ] || rm -rf "$SIM"
}

sim_call()
{
	local operation=$1 path=/async
	shift
	[ "$operation" != SendMessage ] || path=/sync
	/usr/bin/python3 "$SRCDIR/tests/lib/channel.py" call "$SIM_URL$path" "$operation" --cert "$SIM/pki/rsa/system.pem" \
		--key "$SIM/pki/rsa/system.key" "$@"
}

sim_send()
{
	local service=$1 payload=$2
	shift 2
	"$BUILDDIR/shepctl" send --url "$SIM_URL/sync" --service "$service" --sender pep --secret-file "$SIM/secret" \
		--cert "$SIM/pki/rsa/system.pem" --key "$SIM/pki/rsa/system.key" --trust "$SIM/pki/trust" "$@" "$payload"
}

sim_events()
{
	find "$SIM/spool/events" -name "*.$1" | wc -l
}

sim_until()
{
	for _ in $(seq 400); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	return 1
}

sim_participant()
{
	/usr/bin/python3 "$SRCDIR/tests/lib/channel.py" receive "$SIM/received" --cert "$SIM/pki/rsa/system.pem" \
		--key "$SIM/pki/rsa/system.key" >"$SIM/participant" &
	SIM_PARTICIPANT=$!
	sim_until test -s "$SIM/participant" || return 1
	SIM_PUSH=http://127.0.0.1:$(cat "$SIM/participant")/async-client
}
