# shellcheck shell=bash
# node_modules exactly as package-lock.json says, and in it the Node that the action runs on.

install_node_modules() {
  local stamp='node_modules/.cagent-lock' wanted
  wanted=$(sha256sum package.json package-lock.json | sha256sum | cut -d ' ' -f 1)
  if [ -x node_modules/.bin/node ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  [ -w . ] || stop "$(id -un) may not write in $PWD."
  say 'installing node_modules'
  # No package may run a script at installation, but one: `node` fetches its binary that way.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  npm rebuild node --ignore-scripts=false --loglevel=error >&2
  [ "$(node_modules/.bin/node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 24 ] ||
    stop 'node_modules/.bin/node is missing or too old.' 'rm -rf node_modules && npm ci'
  printf '%s\n' "$wanted" >"$stamp"
}
