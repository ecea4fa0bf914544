#!/bin/sh
# Sets the college up and opens it: sh run.sh   (HOST and PORT say where; 127.0.0.1:8000 otherwise)
set -eu
cd "$(dirname "$0")"
. ./setup.sh

HOST=${HOST:-127.0.0.1}
PORT=${PORT:-8000}
export HOST PORT
instance=${COLLEGE_INSTANCE:-instance}
# What printed QR codes point to, unless somebody has said it.
if [ -z "${COLLEGE_PUBLIC_URL:-}" ] && ! grep -qs '^COLLEGE_PUBLIC_URL=' "$instance/college.env"; then
    export COLLEGE_PUBLIC_URL="http://$HOST:$PORT"
fi

# python3-venv brings python3; the rest is what WeasyPrint draws certificates with.
need_packages python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-lxgw-wenkai fonts-noto-cjk
need_environment run
need_translations

python=.venv/bin/python

# free | answers   One question to the place the college is served at. Binding to every address is asked for on loopback.
port() {
    "$python" -I -S - "$1" "$HOST" "$PORT" <<'PYTHON'
import socket, sys

question, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
with socket.socket(family, socket.SOCK_STREAM) as probe:
    probe.settimeout(2)
    try:
        if question == "free":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        else:
            probe.connect(({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port))
            probe.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            sys.exit(b" 200 " not in probe.recv(64))
    except OSError:
        sys.exit(1)
PYTHON
}

port free || give_up "Nothing can be served at $HOST:$PORT: another program has that port. Choose another one: PORT=8001 sh run.sh"

if [ ! -f "$instance/college.env" ]; then
    step "keys"
    # A process of its own: the next ones start with these keys.
    .venv/bin/flask --app app setup keys
fi
web=''
worker=''
stop() {
    trap '' INT TERM HUP
    # shellcheck disable=SC2086  # one may not have started
    kill $web $worker 2>/dev/null || true
    patience=50
    while [ $patience -gt 0 ] && { alive "$web" || alive "$worker"; }; do
        sleep 0.2
        patience=$((patience - 1))
    done
    # shellcheck disable=SC2086
    kill -KILL $web $worker 2>/dev/null || true
}
alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }
# Waiting for a sleep in the background lets a signal through at once.
nap() { sleep "$1" & wait $! || true; }

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# What a set-up database depends on: this release's migrations and reference data, and where the database is.
release() {
    cat migrations/versions/*.py college/certs/designs/papers/*.* college/exams/*/data.py | cksum | tr -d '\n'
    printf ' %s %s\n' "${COLLEGE_ENVIRONMENT:-}" "${COLLEGE_DATABASE_URL:-}"
}

# Brings the database to the present form and, on the first run, loads the demo college.
# What it prints are the demo sign-ins, for the end; how far it is, it says on stderr.
# Kept with the release it was done for, so that the next start need not look again.
done_for=$instance/set-up.txt
set_up() {
    step "database"
    rm -f "$done_for"
    sign_ins=$(.venv/bin/flask --app app setup all)
    { release; printf '%s\n' "$sign_ins"; } >"$done_for.new"
    mv "$done_for.new" "$done_for"
}

is_database_there() { [ -n "${COLLEGE_DATABASE_URL:-}" ] || [ -f "$instance/college.db" ]; }

if [ -f "$done_for" ] && is_database_there && [ "$(head -n 1 "$done_for")" = "$(release)" ]; then
    sign_ins=$(tail -n +2 "$done_for")
else
    set_up
fi
step "web and worker"
.venv/bin/flask --app app serve &
web=$!
.venv/bin/flask --app app jobs work &
worker=$!

until port answers; do
    alive "$web" || give_up "The web process ended before it answered; see above."
    alive "$worker" || give_up "The worker ended; see above."
    nap 0.2
done
say ""
say "学院开门了 · The college is open: http://$HOST:$PORT"
[ -z "$sign_ins" ] || say "$sign_ins"
say "Ctrl-C 停下 · Ctrl-C stops it"

while alive "$web" && alive "$worker"; do nap 1; done
alive "$web" || give_up "The web process ended by itself; see above."
give_up "The worker ended by itself; see above."
