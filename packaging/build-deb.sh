#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian package of what is committed, for this machine's release: build/deb/dnsmon_*.deb. The same commit
# gives the same bytes.   usage: packaging/build-deb.sh
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
packaging/install-dependencies.sh build deb

# Times inside the package are the commit's, and the tree lies at the same path whatever the clone is called.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
out=$top/build/deb
rm -rf "$out"
mkdir -p "$out/src"
git archive HEAD | tar -x -C "$out/src"
mv "$out/src/packaging/debian" "$out/src/debian"
if ! (cd "$out/src" && dpkg-buildpackage --build=binary --no-sign) > "$out/build.log" 2>&1; then
    tail -n 40 "$out/build.log" >&2
    exit 1
fi
rm -rf "$out/src"
ls "$out"/*.deb
