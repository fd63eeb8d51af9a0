# shellcheck shell=bash
# GitHub's published description of its API, which the requests of the tests are checked against: one file of 13 MB
# out of a package of 385 MB, pinned and outside the checkout.

GITHUB_API_VERSION=23.0.2

github_api_directory() { printf '%s/cagent/github-api-%s' "${XDG_CACHE_HOME:-$HOME/.cache}" "$GITHUB_API_VERSION"; }

install_github_api() {
  local directory temporary
  directory=$(github_api_directory)
  if [ -e "$directory/api.github.com.json" ]; then return 0; fi
  say "fetching the description of GitHub's API $GITHUB_API_VERSION into $directory"
  mkdir -p "$(dirname "$directory")"
  temporary=$(mktemp -d "$directory.XXXXXX")
  npm pack --silent --pack-destination "$temporary" "@octokit/openapi@$GITHUB_API_VERSION" >&2
  tar -xzf "$temporary"/*.tgz -C "$temporary" --strip-components=2 package/generated/api.github.com.json
  rm "$temporary"/*.tgz
  # Only a whole file may be found by the next one who looks.
  mv -T "$temporary" "$directory" 2>/dev/null || rm -rf "$temporary"
}
