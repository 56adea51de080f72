#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a bare root of Debian, by packaging/check-deb.sh: the package's life without a running systemd. /dnsmon.deb and
# /next.deb are the package and a later version with another default configuration.
set -euo pipefail

# What the file system holds, but for what dpkg writes about itself.
files() { find / -xdev ! -path '/proc*' ! -path '/var/lib/dpkg/*' ! -path '/var/log/dpkg.log' ! -path '/var/cache/*' ! -path '/tmp*' -printf '%p %y\n' | sort; }
status_of() { dpkg-query -W -f '${db:Status-Abbrev}' dnsmon; }

files > /tmp/before
dpkg -i /dnsmon.deb
[[ $(stat -c '%U %a' /etc/dnsmon.yaml) == 'root 644' ]]
getent passwd dnsmon | grep -q ':/nonexistent:/usr/sbin/nologin$'
[[ -L /etc/systemd/system/multi-user.target.wants/dnsmon.service ]]
dnsmon --version
dnsmon check-config
dpkg --verify dnsmon

systemd-analyze verify --man=no dnsmon.service
systemd-analyze security --offline=true --threshold=20 dnsmon.service > /tmp/score || { cat /tmp/score; exit 1; }
score=$(sed -n 's/.*level for dnsmon.service: \([0-9.]*\).*/\1/p' /tmp/score)

# An upgrade leaves an edited configuration alone.
sed -i 's/^  interval: .*/  interval: 7s/' /etc/dnsmon.yaml
dpkg -i --force-confdef /next.deb
grep -q '^  interval: 7s' /etc/dnsmon.yaml
[[ -e /etc/dnsmon.yaml.dpkg-dist ]] && grep -q 'another default' /etc/dnsmon.yaml.dpkg-dist
dnsmon check-config

mkdir /var/log/dnsmon && touch /var/log/dnsmon/events.json.1 # as the service's LogsDirectory= does
dpkg -r dnsmon
[[ $(status_of) == rc* && -e /etc/dnsmon.yaml && -e /var/log/dnsmon/events.json.1 && ! -e /usr/sbin/dnsmon ]]
dpkg -P dnsmon
files > /tmp/after
diff /tmp/before /tmp/after
echo "systemd $(systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p') scores $score"
