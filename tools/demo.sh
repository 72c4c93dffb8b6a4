#!/usr/bin/env bash
# Shows Hawser at work: sets up what is missing, starts a throwaway server and prints each call with
# its result. HOST=, PORT=, USER=, PASSWORD=, KEY= name another server (see tools/demo.py).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/setup.sh
exec build/venv/bin/python tools/demo.py "$@"
