# shellcheck shell=bash
# The bundles, if the checkout has none, and the two images of cagent itself.

build_bundles_if_missing() {
  if [ -e dist/cli/index.js ] && [ -e dist/gateway/index.js ]; then return 0; fi
  [ -w . ] || stop "$(id -un) may not write in $PWD."
  say 'building dist'
  script/build >&2
}

# The host's own roots go along into the builds, for machines behind a proxy that ends TLS.
provide_images() {
  node dist/cli/index.js build >&2
}
