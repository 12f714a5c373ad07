#!/bin/sh
# Makes the build system: the lists of source files, then configure.
set -eu
cd "$(dirname "$0")"
tools/gen-lists
exec autoreconf --install --force --warnings=all,no-portability
