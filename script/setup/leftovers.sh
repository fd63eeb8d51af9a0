# shellcheck shell=bash
# What runs must not leave behind: Docker objects, mounts, and directories in the temporary directory.

# One line for each thing of cagent's that exists now, sorted.
leftovers() {
  {
    docker ps --all --filter label=cagent.run --format 'container {{.Names}}'
    docker network ls --filter label=cagent.run --format 'network {{.Name}}'
    docker volume ls --filter label=cagent.run --format 'volume {{.Name}}'
    awk '$2 ~ /cagent-/ || $1 ~ /cagent-/ || $4 ~ /cagent-/ { print "mount", $2 }' /proc/mounts
    find "${TMPDIR:-/tmp}" -mindepth 1 -maxdepth 1 -name 'cagent-*' -printf 'directory %p\n' 2>/dev/null
  } | sort -u
}

# no_new_leftovers FILE: true when nothing exists that is not in FILE. A gateway that ends because its cagent was
# killed needs a moment, so the last look is some seconds later.
no_new_leftovers() {
  local attempt new=''
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    new=$(leftovers | comm -13 "$1" -)
    if [ -z "$new" ]; then return 0; fi
    [ "$attempt" = 10 ] || sleep 1
  done
  printf 'left behind: %s\n' "${new//$'\n'/$'\n'left behind: }"
  return 1
}
