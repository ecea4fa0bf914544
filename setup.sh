# What run.sh and test.sh share: system packages, Python, .venv. Sourced from the project's folder, not run.
# Plain POSIX sh. Every step looks first and does nothing when there is nothing to do.

# Without bytecode every start compiles every library again, which takes longer than the start itself.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*"; }
step() { printf '· %s\n' "$*"; }
give_up() { printf '%s\n' "$*" >&2; exit 1; }

# need_packages NAME...   Debian and Ubuntu: installs what is missing. Elsewhere: names it and goes on.
need_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        name_what_is_missing "$@"
        return 0
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    command="apt-get update && apt-get install --no-install-recommends $missing"
    if [ "$(id -u)" = 0 ]; then
        root=
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        root=sudo
    else
        give_up "These system packages are missing: $missing
Install them once as root, then start again:
  $command"
    fi
    step "system packages, once, as root: $missing"
    # shellcheck disable=SC2086  # $root and $missing are lists of words
    $root apt-get update -qq || give_up "apt-get update did not get through. Mend that, or run: $command"
    available=
    for package in $missing; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            available="$available $package"
        else
            say "  this system has no package $package; what needs it will say so"
        fi
    done
    [ -n "$available" ] || return 0
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $available \
        || give_up "apt-get install did not get through. Mend that, or run: $command"
}

missing_packages() {
    # shellcheck disable=SC2016  # the braces are dpkg-query's
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    absent=
    for package; do
        case "
$installed
" in
            *"
installed $package
"*) ;;
            *) absent="$absent $package" ;;
        esac
    done
    printf '%s' "${absent# }"
}

name_what_is_missing() {
    find_python
    for package; do
        case $package in
            libpango-1.0-0) has_library pango-1.0 || say "  missing: Pango (libpango-1.0)" ;;
            libpangoft2-1.0-0) has_library pangoft2-1.0 || say "  missing: Pango for FreeType (libpangoft2-1.0)" ;;
            libharfbuzz-subset0) has_library harfbuzz-subset || say "  missing: HarfBuzz subsetting (libharfbuzz-subset)" ;;
            fonts-lxgw-wenkai) has_font "LXGW WenKai" || say "  missing: the font LXGW WenKai" ;;
            fonts-noto-cjk) has_font "Noto Serif CJK SC" || say "  missing: the fonts Noto CJK" ;;
            chromium) command -v chromium >/dev/null || say "  missing: chromium" ;;
            libatomic1) has_library atomic || say "  missing: libatomic (libatomic.so.1)" ;;
            poppler-utils) command -v pdftotext >/dev/null || say "  missing: pdftotext, pdftoppm (Poppler)" ;;
            qpdf) command -v qpdf >/dev/null || say "  missing: qpdf" ;;
            redis-tools) command -v redis-check-rdb >/dev/null || say "  missing: redis-check-rdb, which is redis-server (Redis)" ;;
            zbar-tools) command -v zbarimg >/dev/null || say "  missing: zbarimg (ZBar)" ;;
        esac
    done
}

has_library() {
    "$python" -c 'import sys; from ctypes.util import find_library; sys.exit(not find_library(sys.argv[1]))' "$1"
}

has_font() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list "$1")" ]
}

# Sets $python to the first Python of 3.11 or newer.
find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        is_new_enough "$python" && return 0
    done
    give_up "The college needs Python 3.11 or newer; here is $(python3 --version 2>/dev/null || echo none).
Debian 12, Ubuntu 24.04 and newer bring it: apt-get install python3 python3-venv"
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# need_environment run|dev   .venv holds exactly what requirements/<name>.txt locks.
# The stamp is a copy of the lock itself, made last: whatever was interrupted is done again.
need_environment() {
    if ! is_new_enough .venv/bin/python; then
        find_python
        step "Python environment in .venv ($("$python" --version))"
        "$python" -m venv --clear .venv || give_up "python3 -m venv did not work. On Debian: apt-get install python3-venv"
    fi
    lock=requirements/$1.txt
    cmp -s "$lock" .venv/installed.txt && return 0
    # What is there for testing is enough for running.
    [ "$1" = run ] && cmp -s requirements/dev.txt .venv/installed.txt && return 0
    rm -f .venv/installed.txt
    step "Python packages of $lock"
    install_with_uv "$lock" || install_with_pip "$lock" || give_up "The packages of $lock could not be installed; see above."
    cp "$lock" .venv/installed.txt
}

install_with_uv() {
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt || return 1
    (
        # uv reads none of pip's settings; a mirror or an own certificate set there must count here too.
        export_setting UV_DEFAULT_INDEX "${PIP_INDEX_URL:-$(pip_setting index-url)}"
        export_setting UV_INDEX "${PIP_EXTRA_INDEX_URL:-$(pip_setting extra-index-url)}"
        export_setting UV_FIND_LINKS "$(printf '%s' "${PIP_FIND_LINKS:-$(pip_setting find-links)}" | tr ' ' ',')"
        export_setting SSL_CERT_FILE "${PIP_CERT:-$(pip_setting cert)}"
        # Every file is held by its hash: from which place it comes makes no difference.
        export UV_INDEX_STRATEGY=unsafe-best-match
        export VIRTUAL_ENV="$PWD/.venv"
        .venv/bin/uv pip sync --quiet --require-hashes "$1"
    )
}

install_with_pip() {
    say "  uv did not manage; plain pip takes a little longer"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
}

pip_setting() {
    .venv/bin/python -m pip config list 2>/dev/null | sed -n "s/^[a-z]*\\.$1='\\(.*\\)'\$/\\1/p" | tail -n 1 | sed 's/\\n/ /g; s/^ *//'
}

# Sets and exports NAME unless it is set already or there is nothing to set.
export_setting() {
    eval "[ -n \"\${$1:-}\" ]" && return 0
    [ -z "$2" ] || export "$1=$2"
}

# need_translations   The compiled catalogue stands beside its source and is as new.
need_translations() {
    catalogue=translations/zh_Hans_CN/LC_MESSAGES/messages
    [ -f $catalogue.mo ] && [ -z "$(find $catalogue.po -newer $catalogue.mo)" ] && return 0
    step "translations"
    .venv/bin/pybabel -q compile -d translations
    [ -f $catalogue.mo ] || give_up "The Chinese catalogue was not compiled: $catalogue.po is marked as fuzzy."
}
