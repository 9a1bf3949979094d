#!/usr/bin/env bash
# Installs the browsers that the tests drive, Debian's chromium and firefox-esr, where they are missing.
set -euo pipefail

missing=()
for browser in chromium firefox-esr; do
  if command -v "$browser" > /dev/null; then
    echo "$browser: $(command -v "$browser")"
  else
    echo "$browser: missing"
    missing+=("$browser")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

if ! command -v apt-get > /dev/null; then
  echo "error: cannot install ${missing[*]} without apt-get: install them by other means and put them on the PATH" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "error: cannot install ${missing[*]} as user $(id -un): run this script as root" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
echo "installing ${missing[*]}"
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" < /dev/null > /dev/null
for browser in "${missing[@]}"; do echo "$browser: $(command -v "$browser")"; done
