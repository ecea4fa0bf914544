#!/bin/sh
# Sets up and runs every check and test: sh test.sh   Only some, on SQLite: sh test.sh tests/courses
set -eu
cd "$(dirname "$0")"
. ./setup.sh

# The last line is for the tests: a browser, what its driver links to, and readers of PDFs and QR codes, a Redis.
need_packages python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-lxgw-wenkai fonts-noto-cjk \
    chromium libatomic1 poppler-utils qpdf redis-tools zbar-tools
need_environment dev
need_translations

exec .venv/bin/python tests/run.py "$@"
