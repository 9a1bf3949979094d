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
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" < /dev/null > /dev/null; }; then
  echo "error: apt-get could not install ${missing[*]}" >&2
  exit 1
fi
for browser in "${missing[@]}"; do
  if ! command -v "$browser"; then
    echo "error: $browser is installed but not on the PATH" >&2
    exit 1
  fi
done
