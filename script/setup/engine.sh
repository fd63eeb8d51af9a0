# shellcheck shell=bash
# A Docker engine that answers this user.

ENGINE_LOG=/var/log/cagent-dockerd.log

engine_answers() { timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

start_engine() {
  engine_answers && return 0
  local complaint
  complaint=$(timeout 20 docker version --format '{{.Server.Version}}' 2>&1 || true)
  case $complaint in
    *'permission denied while trying to connect'*) explain_permission ;;
  esac
  [ -z "${DOCKER_HOST:-}" ] || stop "the engine at DOCKER_HOST=$DOCKER_HOST does not answer: ${complaint##*$'\n'}"
  start_by_service || start_by_hand
  if ! engine_answers; then explain_permission; fi
}

explain_permission() {
  local user
  user=$(id -un)
  if id -nG "$user" | grep -qw docker && ! id -nG | grep -qw docker; then
    stop "$user is in the group docker, but this session began before that." 'newgrp docker'
  fi
  stop "$user may not use the Docker socket." "sudo usermod -aG docker $user" 'newgrp docker'
}

start_by_service() {
  if [ -d /run/systemd/system ]; then
    as_root systemctl start docker >&2 || return 1
    wait_for_engine 30 && say 'Docker engine started (systemctl start docker)'
  elif [ -x /etc/init.d/docker ]; then
    as_root service docker start >&2 || return 1
    wait_for_engine 30 && say 'Docker engine started (service docker start)'
  else
    return 1
  fi
}

# An engine that was killed leaves its pid behind, and refuses to start while some other process has that pid.
forget_dead_engine() {
  local file=/var/run/docker.pid pid
  pid=$(cat "$file" 2>/dev/null) || return 0
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dockerd ]; then as_root rm -f "$file"; fi
}

start_by_hand() {
  forget_dead_engine
  # dockerd is in /usr/sbin, which is not on every user's PATH.
  # shellcheck disable=SC2016
  as_root sh -c 'PATH=$PATH:/usr/sbin:/sbin; setsid nohup dockerd >>"$1" 2>&1 </dev/null &' sh "$ENGINE_LOG"
  wait_for_engine 60 ||
    stop "dockerd was started by hand and does not answer; the end of $ENGINE_LOG: $(tail -n 3 "$ENGINE_LOG" 2>/dev/null)"
  say "Docker engine started (dockerd by hand, log in $ENGINE_LOG)"
}

# The socket counts as up as soon as root can use it; whether this user may is another question.
wait_for_engine() {
  local left
  for ((left = $1; left > 0; left--)); do
    if as_root timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; then return 0; fi
    sleep 1
  done
  return 1
}
