#!/bin/sh
# Brings system packages, Python packages and translations to this release: sh deploy/prepare.sh   (as root)
set -eu
cd "$(dirname "$0")/.."
. ./setup.sh

need_packages python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-lxgw-wenkai fonts-noto-cjk
need_environment run
need_translations
.venv/bin/python -m compileall -q app.py config.py college migrations
