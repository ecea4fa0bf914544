#!/usr/bin/env bash
# The rehearsal of the README on a bare machine: a minimal Debian 12, the committed tree, the two commands, twice.
#   bash bench/fresh.sh [FOLDER]    as root, with debootstrap and git; needs 4 GB in FOLDER (a temporary one otherwise)
# Prints wall seconds, CPU seconds and disk of each step. KEEP=1 leaves the folder; PORT=8765 is where the college is served;
# ACTS="run run" rehearses that much only.
set -euo pipefail

# Mounts of our own, which nobody else sees.
if [ -z "${FRESH_INSIDE:-}" ]; then
    export FRESH_INSIDE=1
    exec unshare --mount --propagation private bash "$0" "$@"
fi

PORT=${PORT:-8765}
project=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
root=$folder/root
bundle=/root/certificates.crt
rows=$folder/rows.txt
: >"$rows"

mounts() { awk -v below="$root/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r; }

cleanup() {
    if [ -n "${running:-}" ]; then kill "$running" 2>/dev/null || true; fi
    mounts | while read -r place; do umount "$place"; done
    if [ -n "${KEEP:-}" ]; then
        echo "Left in $folder; go in with: chroot $root"
    elif [ -n "$(mounts)" ]; then
        # Folders of this machine are shown below: deleting would reach into them.
        echo "Left in $root, since these could not be unmounted: $(mounts)"
    else
        rm -rf --one-file-system "$root"
    fi
}
trap cleanup EXIT

# The places this machine gets packages from, whichever they are: addresses, proxies, certificates.
mirror() {
    apt-get indextargets --format '$(URI) $(CODENAME)' 'Created-By: Packages' |
        awk '$2 == "bookworm" { sub("/dists/.*", "", $1); print $1; exit }'
}

take_over_packages_sources() {
    local path
    rm -f "$root/etc/apt/sources.list"
    for path in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/auth.conf.d /etc/apt/keyrings \
        /etc/apt/trusted.gpg.d /etc/resolv.conf /etc/hosts /etc/pip.conf "$HOME/.config/pip" "$HOME/.pip"; do
        [ -e "$path" ] || continue
        mkdir -p "$root$(dirname "${path/#$HOME//root}")"
        cp -rLT "$path" "$root${path/#$HOME//root}"
    done
    # Installing ca-certificates rewrites the usual bundle: ours stands beside it, and the settings below point there.
    cp -L "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$root$bundle"
    # Folders that pip's settings name (a mirror on disk): shown inside, read-only. An index refers to its neighbours.
    for path in $(python3 -m pip config list 2>/dev/null | grep -oE "/[A-Za-z0-9_./-]+" | sed 's#/simple/*$##' | sort -u); do
        [ -d "$path" ] || continue
        mkdir -p "$root$path"
        mount --bind -o ro "$path" "$root$path"
    done
}

inside() {
    local settings
    mapfile -t settings < <(env | grep -iE '^(pip_|uv_|[a-z_]*_proxy=)' || true)
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin PORT="$PORT" "${settings[@]}" \
        PIP_CERT="$bundle" SSL_CERT_FILE="$bundle" \
        sh -c 'cd /root/college && exec "$@"' sh "$@"
}

# Without what is only shown below.
megabytes() { mounts | sed 's/^/--exclude=/' | xargs du -smx "$root" | cut -f1; }
seconds() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(seconds)" 'BEGIN { printf "%.1f", b - a }'; }
# CPU seconds of all our children that have ended.
cpu() { awk '{ print ($16 + $17) / '"$(getconf CLK_TCK)"' }' /proc/$$/stat; }

# row NAME WALL NOTE   Writes down a step with what it cost since the last row.
row() {
    local used disk
    used=$(cpu)
    disk=$(megabytes)
    awk -v name="$1" -v wall="$2" -v cpu="$used" -v cpu0="$cpu_before" -v mb="$disk" -v mb0="$disk_before" -v note="$3" \
        'BEGIN { printf "| %-22s | %7s | %7.1f | %+6d | %s |\n", name, wall, cpu - cpu0, mb - mb0, note }' | tee -a "$rows"
    cpu_before=$(cpu)
    disk_before=$disk
}

answers() { curl -fsS -o /dev/null --noproxy '*' "http://127.0.0.1:$PORT$1" 2>/dev/null; }

# Starts the college, waits for its first page, stops it.
rehearse_run() {
    local begun wall log=$folder/run-$1.log
    begun=$(seconds)
    inside sh run.sh >"$log" 2>&1 &
    running=$!
    until answers /healthz && answers /sign-in; do
        kill -0 "$running" 2>/dev/null || { cat "$log"; echo "run.sh ended before /sign-in answered"; exit 1; }
        sleep 0.1
    done
    wall=$(since "$begun")
    # The announcement comes after the answer; wait for it, then end it as Ctrl-C would.
    for _ in $(seq 50); do grep -q "127.0.0.1:$PORT" "$log" && break; sleep 0.1; done
    kill "$running"
    wait "$running" || true
    running=
    row "sh run.sh, $1" "$wall" "to the sign-in page"
}

rehearse_tests() {
    local begun first='?' status=0 log=$folder/test-$1.log
    begun=$(seconds)
    inside sh test.sh >"$log" 2>&1 &
    running=$!
    while kill -0 "$running" 2>/dev/null; do
        if [ "$first" = '?' ] && grep -qE '^[.sxFE]{5,}' "$log"; then first=$(since "$begun"); fi
        sleep 0.2
    done
    wait "$running" || status=$?
    running=
    row "sh test.sh, $1" "$(since "$begun")" "first test after $first s; $(tail -n 1 "$log")"
    if [ "$status" != 0 ]; then
        tail -n 200 "$log"
        exit 1
    fi
}

echo "A bare Debian 12 in $root"
cpu_before=0
disk_before=0
begun=$(seconds)
mkdir -p "$root"
debootstrap --variant=minbase bookworm "$root" "$(mirror)" >"$folder/debootstrap.log" 2>&1 ||
    { tail "$folder/debootstrap.log"; exit 1; }
take_over_packages_sources
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"
git clone --quiet --no-hardlinks "$project" "$root/root/college"
printf '| %-22s | %7s | %7s | %6s | |\n' step "wall s" "CPU s" MB | tee -a "$rows"
row "bare Debian and clone" "$(since "$begun")" "not part of the set-up"

for act in ${ACTS-run test run test}; do
    case " ${done:-} " in *" $act "*) time=again ;; *) time=first ;; esac
    case $act in
        run) rehearse_run $time ;;
        test) rehearse_tests $time ;;
    esac
    done="${done:-} $act"
done
echo
cat "$rows"
