#!/usr/bin/env bash
# Installs what the tests need besides Node, Debian's packages, where they are missing: all of it, or what is named, such as
# `bash scripts/install-tools.sh browsers redis`.
set -euo pipefail

declare -A tools=(
  [browsers]="chromium firefox-esr"
  # what runs Node for 64-bit ARM on another machine
  [arm64]="qemu-user libc6:arm64 libstdc++6:arm64 libatomic1:arm64"
  [redis]=redis-server
  [onnx]=python3-onnx
)
if [ $# -eq 0 ]; then set -- "${!tools[@]}"; fi

installed() {
  command -v "$1" > /dev/null || [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

missing=()
for tool in "$@"; do
  if [ -z "${tools[$tool]:-}" ]; then
    echo "error: no tool is called $tool: name some of ${!tools[*]}" >&2
    exit 2
  fi
  if [ "$tool" = arm64 ] && [ "$(uname -m)" = aarch64 ]; then continue; fi
  for package in ${tools[$tool]}; do
    if installed "$package"; then
      echo "$package: $(dpkg-query --show --showformat '${Version}' "$package" 2> /dev/null || command -v "$package")"
    else
      missing+=("$package")
    fi
  done
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
if [[ ${missing[*]} == *:arm64* ]]; then dpkg --add-architecture arm64; fi
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" < /dev/null > /dev/null; }; then
  echo "error: apt-get could not install ${missing[*]}" >&2
  exit 1
fi
if [[ ${missing[*]} == *redis-server* ]]; then
  # the tests start servers of their own
  service redis-server stop > /dev/null 2>&1 || true
fi
