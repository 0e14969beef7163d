#!/bin/sh
# Installs Mesa's software Vulkan driver (lavapipe) and the Vulkan loader, so that the webgpu backend can be tested on a
# machine without a GPU. For Debian and Ubuntu; needs root. Does nothing when a driver of the right age is there.
# Mesa 22 of Debian 12 is too old for WebGPU (Dawn): there the driver comes from backports.
set -eu

minimum=25
package=mesa-vulkan-drivers

say() { echo "install-lavapipe: $*"; }
recent() { [ -n "$1" ] && [ "$1" != "(none)" ] && dpkg --compare-versions "$1" ge "$minimum"; }

command -v apt-get >/dev/null || { say "this is neither Debian nor Ubuntu: install Mesa $minimum or later with your package manager." >&2; exit 1; }
installed=$(dpkg-query -W -f='${Version}' $package 2>/dev/null || true)
if recent "$installed" && dpkg-query -W -f='${Status}' libvulkan1 2>/dev/null | grep -q 'install ok installed'; then
  say "already there ($package $installed)"
  exit 0
fi
[ "$(id -u)" = 0 ] || { say "run it as root, for instance with sudo." >&2; exit 1; }

export DEBIAN_FRONTEND=noninteractive
candidate() { apt-cache policy $package | sed -n 's/^ *Candidate: *//p'; }
install() { apt-get install -qq -y --no-install-recommends "$@" $package libvulkan1 >/dev/null; }

apt-get update -qq
if recent "$(candidate)"; then
  install
else
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ -n "$codename" ] || { say "/etc/os-release names no release." >&2; exit 1; }
  suite=$codename-backports
  parts=/etc/apt/sources.list.d
  # A copy of the machine's own sources with the suite exchanged, so that its mirror and keys stay in use.
  if ! grep -rqsw "$suite" /etc/apt/sources.list $parts; then
    source=$(grep -lEs "^(Suites:|deb ).*[[:space:]]$codename([[:space:]]|\$)" $parts/*.sources $parts/*.list /etc/apt/sources.list | head -n 1)
    [ -n "$source" ] || { say "no source of $codename under /etc/apt: add $suite by hand." >&2; exit 1; }
    case $source in
      *.sources)
        # Only the paragraphs that offer the release itself (not its security updates), each with the one suite.
        awk -v RS= -v ORS='\n\n' -v release="$codename" -v suite="$suite" '
          $0 ~ ("(^|\n)Suites:([^\n]*[ \t])?" release "([ \t\n]|$)") { sub(/Suites:[^\n]*/, "Suites: " suite); print }
        ' "$source" >"$parts/$suite.sources" ;;
      *)
        sed -nE "s/^(deb +(\[[^]]*\] +)?[^ ]+) +$codename /\1 $suite /p" "$source" >"$parts/$suite.list" ;;
    esac
    apt-get update -qq
  fi
  install -t "$suite"
fi

installed=$(dpkg-query -W -f='${Version}' $package)
recent "$installed" || { say "only $package $installed is to be had; Mesa $minimum or later is needed." >&2; exit 1; }
say "installed $package $installed"
