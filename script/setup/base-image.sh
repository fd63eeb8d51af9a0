# shellcheck shell=bash
# The one image that both Dockerfiles build on. Where no registry answers it is made on the spot, under the same
# name, from the packages of the distribution and the Node of node_modules.

BASE_IMAGE='node:24-bookworm-slim'

provide_base_image() {
  if docker image inspect "$BASE_IMAGE" >/dev/null 2>&1; then return 0; fi
  say "getting $BASE_IMAGE"
  if pull_base_image; then return 0; fi
  say "no registry gave $BASE_IMAGE; making it here (two to three minutes)"
  make_base_image
}

# A registry that is there says so within seconds; then the download may take its time.
pull_base_image() {
  local log pull_pid waited
  log=$(mktemp)
  docker pull "$BASE_IMAGE" >"$log" 2>&1 &
  pull_pid=$!
  for ((waited = 0; waited < 25; waited++)); do
    if ! kill -0 "$pull_pid" 2>/dev/null || grep -q 'Pulling from' "$log"; then break; fi
    sleep 1
  done
  grep -q 'Pulling from' "$log" || kill "$pull_pid" 2>/dev/null || true
  local status=0
  wait "$pull_pid" || status=$?
  rm -f "$log"
  return "$status"
}

make_base_image() {
  command -v mmdebstrap >/dev/null || install_packages mmdebstrap
  local work
  work=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  distribution_sources >"$work/sources.list"
  [ -s "$work/sources.list" ] || stop 'the apt sources of this machine name no Debian or Ubuntu mirror.'
  apt-config dump Acquire | grep -i proxy >"$work/apt.conf" || true
  stage_node "$work/node"
  # sync-in keeps owners, and the files are this user's: hand them to root inside.
  # shellcheck disable=SC2016
  mmdebstrap --quiet --variant=minbase --include=ca-certificates --aptopt="$work/apt.conf" \
    --customize-hook="sync-in '$work/node' /usr/local" \
    --customize-hook='chroot "$1" chown -R 0:0 /usr/local' \
    --customize-hook='chroot "$1" useradd --uid 1000 --user-group --create-home --shell /bin/bash node' \
    "$(awk 'NR == 1 { print $4 }' "$work/sources.list")" - "$work/sources.list" |
    docker import --change 'CMD ["node"]' --change "ENV NODE_VERSION=$(node_modules/.bin/node -p process.versions.node)" \
      - "$BASE_IMAGE" >/dev/null
  rm -rf "$work"
  trap - EXIT
}

# One-line sources for the image, from this machine's own. Debian of any release gives bookworm; Ubuntu gives
# its own release, since its mirrors have no other distribution.
distribution_sources() {
  local host keyring wanted
  # shellcheck source=/dev/null
  host=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck source=/dev/null
  if (. /etc/os-release && [ "$ID" = debian ]); then
    wanted=bookworm keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  else
    wanted=$host keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
  fi
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u |
    awk -v host="$host" -v wanted="$wanted" -v keyring="$keyring" '
      ($2 == host || $2 == host "-updates" || $2 == host "-security") && ($3 == "main" || $3 == "universe") {
        sub("^" host, wanted, $2)
        print "deb", "[signed-by=" keyring "]", $1, $2, $3
      }' | sort -k 4
}

# stage_node DIRECTORY: what belongs into /usr/local.
stage_node() {
  mkdir -p "$1/bin" "$1/lib/node_modules"
  cp node_modules/node/bin/node "$1/bin/node"
  # The npm of the machine is whatever its distribution has; the image gets the current one.
  npm install --prefix "$1/staging" --ignore-scripts --no-audit --no-fund --no-save --loglevel=error npm@11 >&2
  mv "$1/staging/node_modules/npm" "$1/lib/node_modules/npm"
  rm -rf "$1/staging"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$1/bin/npx"
  chmod 755 "$1" "$1/bin" "$1/lib" "$1/lib/node_modules"
}
