# shellcheck shell=bash
# Packages of the operating system: only what is missing, all in one apt run.

is_debian_like() {
  [ -r /etc/os-release ] && (
    # shellcheck source=/dev/null
    . /etc/os-release
    case " ${ID:-} ${ID_LIKE:-} " in *' debian '* | *' ubuntu '*) exit 0 ;; *) exit 1 ;; esac
  )
}

# install_packages NAME...: as root, with the lists refreshed once per bootstrap.
install_packages() {
  [ "$#" -gt 0 ] || return 0
  is_debian_like || stop "missing: $*. This script installs packages on Debian and Ubuntu only; install them by hand."
  say "installing $*"
  local install="DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $*"
  if [ -z "${APT_LISTS_FRESH:-}" ]; then
    install="apt-get update -qq && $install"
    APT_LISTS_FRESH=1
  fi
  as_root sh -c "$install" >&2
}

install_missing_packages() {
  local missing=()
  command -v git >/dev/null || missing+=(git)
  command -v curl >/dev/null || missing+=(curl)
  [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
  command -v npm >/dev/null || missing+=(nodejs npm)
  if [ "${WITH_DOCKER}" = yes ]; then
    missing_engine_packages
    missing+=("${ENGINE_PACKAGES[@]}")
  fi
  install_packages "${missing[@]}"
}

# What the Docker engine lacks, in ENGINE_PACKAGES. An engine that answers, of whatever make and wherever it runs,
# needs no package; an installed one is never replaced by the distribution's.
missing_engine_packages() {
  ENGINE_PACKAGES=()
  if command -v docker >/dev/null && engine_answers; then return 0; fi
  if ! command -v dockerd >/dev/null && [ ! -x /usr/sbin/dockerd ]; then
    [ -n "${DOCKER_HOST:-}" ] || ENGINE_PACKAGES+=(docker.io)
    command -v iptables >/dev/null || [ -x /usr/sbin/iptables ] || ENGINE_PACKAGES+=(iptables)
  fi
  # Newer releases have the command in a package of its own.
  if ! command -v docker >/dev/null; then
    if apt-cache show docker-cli >/dev/null 2>&1; then ENGINE_PACKAGES+=(docker-cli); else ENGINE_PACKAGES+=(docker.io); fi
  fi
}
