#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches what the tests ship events with and to, once, into a cache of the user's: Elasticsearch from Maven Central (a
# minute), Loki and the OpenTelemetry Collector from the Go module proxy (built in 6 and 3 minutes on 2 idle cores), syslog-ng
# and rsyslog from Debian 12. Each shipper has a root of its own: on the host syslog-ng would replace the system's log daemon.
#   usage: tests/ship/prepare.sh PART…   elasticsearch loki syslog-ng rsyslog otelcol; prints the cache's path; exit 1: the reason
set -euo pipefail
elasticsearch=8.17.0
loki=v3.7.7
collector=v0.165.0 # as in otel-builder.yaml
here=$(cd "$(dirname "$0")" && pwd)
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dnsmon-ship
mkdir -p "$cache"

fail() { echo "$*" >&2; exit 1; }

# Output of a long command goes to a log in the cache; its end is shown when the command fails.
logged() {
    local log=$cache/$1.log; shift
    "$@" > "$log" 2>&1 && return
    tail -n 5 "$log" >&2
    return 1
}

prepare_elasticsearch() {
    local target=$cache/elasticsearch-$elasticsearch
    if [[ -x $target/bin/elasticsearch ]]; then return; fi
    if ! command -v java > /dev/null || ! command -v mvn > /dev/null; then fail "Elasticsearch needs java (17) and mvn"; fi
    local fetched; fetched=$(mktemp -d "$cache/fetch.XXXXXX")
    logged elasticsearch mvn --batch-mode --quiet org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
        "-Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:$elasticsearch:zip" "-DoutputDirectory=$fetched" \
        || fail "Elasticsearch could not be fetched from Maven Central"
    (cd "$fetched" && python3 -m zipfile -e ./*.zip .) && rm "$fetched"/*.zip
    chmod +x "$fetched/elasticsearch-$elasticsearch"/bin/*
    mv -T "$fetched/elasticsearch-$elasticsearch" "$target"
    rmdir "$fetched"
}

# Loki's go.mod has a list of replacements, which count only where Loki is the main module: hence a copy of its source. One of
# them is a module of its own in Loki's repository, which the proxy has by itself.
build_loki() (
    source=$(mktemp -d "$cache/source.XXXXXX")
    trap 'chmod -R u+w "$source"; rm -rf "$source"' EXIT
    go mod download "github.com/grafana/loki/v3@$loki" &&
        cp -r "$(go env GOMODCACHE)/github.com/grafana/loki/v3@$loki/." "$source" &&
        chmod -R u+w "$source" && cd "$source" &&
        go mod edit -dropreplace=github.com/grafana/loki/pkg/push &&
        CGO_ENABLED=0 nice go build -mod=mod -buildvcs=false -ldflags '-s -w' -o "$cache/loki-$loki.new" ./cmd/loki &&
        mv "$cache/loki-$loki.new" "$cache/loki-$loki"
)

prepare_loki() {
    if [[ -x $cache/loki-$loki ]]; then return; fi
    command -v go > /dev/null || fail "Loki needs go, 1.26.5 or newer"
    logged loki build_loki || fail "Loki could not be built from the Go module proxy"
}

# finish_root DIRECTORY TARGET: what a shipper's root has beside programs. Only the examples' server names are known in it.
finish_root() {
    mkdir -p "$1"/{etc/syslog-ng,proc,run,var/log,var/lib/syslog-ng,var/spool/rsyslog}
    echo '127.0.0.1 localhost elasticsearch.example loki.example' > "$1/etc/hosts"
    echo 'hosts: files' > "$1/etc/nsswitch.conf"
    : > "$1/etc/machine-id"
    chmod 755 "$1"
    mv -T "$1" "$2"
}

# shipper_root NAME PACKAGE…: packages and what they need, unpacked but not configured.
shipper_root() {
    local target=$cache/$1; shift
    if [[ -d $target ]]; then return; fi
    command -v mmdebstrap > /dev/null || fail "${target##*/} needs mmdebstrap"
    local made; made=$(mktemp -d "$cache/root.XXXXXX")
    logged "${target##*/}" mmdebstrap --variant=extract --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
        --aptopt='Acquire::Languages "none"' --include="$(IFS=,; echo "$*")" bookworm "$made" "deb [signed-by=$keyring] $mirror bookworm main" \
        || fail "${target##*/} could not be fetched from $mirror"
    finish_root "$made" "$target"
}

prepare_syslog_ng() { shipper_root syslog-ng syslog-ng-core syslog-ng-mod-http; }
prepare_rsyslog() { shipper_root rsyslog rsyslog rsyslog-elasticsearch; }

build_otelcol() (
    made=$(mktemp -d "$cache/root.XXXXXX")
    cp "$here/otel-builder.yaml" "$made" && cd "$made" &&
        CGO_ENABLED=0 nice go run "go.opentelemetry.io/collector/cmd/builder@$collector" --config otel-builder.yaml &&
        mkdir -p usr/bin && mv build/otelcol usr/bin/ && rm -rf build && finish_root "$made" "$cache/otelcol"
)

prepare_otelcol() {
    if [[ -d $cache/otelcol ]]; then return; fi
    command -v go > /dev/null || fail "the OpenTelemetry Collector needs go"
    logged otelcol build_otelcol || fail "the OpenTelemetry Collector could not be built from the Go module proxy"
}

(($#)) || set -- usage
for part; do
    case $part in
        elasticsearch | loki | syslog-ng | rsyslog | otelcol) "prepare_${part//-/_}" ;;
        *) sed -n 's/^#   usage: /usage: /p' "$0" >&2; exit 64 ;;
    esac
done
echo "$cache"
