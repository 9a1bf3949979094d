#!/usr/bin/env bash
# Installs what runs Node for 64-bit ARM on another Debian machine, where it is missing: qemu-user, and the C and C++ libraries of arm64.
set -euo pipefail

if [ "$(uname -m)" = aarch64 ]; then
  echo "this machine is a 64-bit ARM itself"
  exit 0
fi

packages=(qemu-user libc6:arm64 libstdc++6:arm64 libatomic1:arm64)
missing=()
for package in "${packages[@]}"; do
  if [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> /dev/null)" = installed ]; then
    echo "$package: $(dpkg-query --show --showformat '${Version}' "$package")"
  else
    echo "$package: missing"
    missing+=("$package")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

if ! command -v apt-get > /dev/null; then
  echo "error: cannot install ${missing[*]} without apt-get: this script is for Debian" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "error: cannot install ${missing[*]} as user $(id -un): run this script as root" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
echo "installing ${missing[*]}"
if ! {
  dpkg --add-architecture arm64 &&
    apt-get update -qq &&
    apt-get install -y -qq --no-install-recommends "${missing[@]}" < /dev/null > /dev/null
}; then
  echo "error: apt-get could not install ${missing[*]}" >&2
  exit 1
fi
