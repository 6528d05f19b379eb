#!/bin/sh
# The `sanad` command: this tree's code with this tree's interpreter, wherever it is called from.
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}" exec "$root/.venv/bin/python" -P -m deploy.local.cli "$@"
