import { AGENT_CONFIGURATION, CAGENT_POLICY } from '../workspace/agent-configuration.js';

/**
 * What something will trust later: a reviewer should look at a change of one of these before anything else. Patterns
 * have gitignore syntax and match in any case. The first rule that matches gives the reason.
 */
export interface SensitiveRule {
  readonly reason: string;
  readonly patterns: readonly string[];
}

export const SENSITIVE_RULES: readonly SensitiveRule[] = [
  {
    reason: 'workflow: runs on the CI system',
    patterns: words(`
      .github/workflows/ .gitea/workflows/ .forgejo/workflows/ .gitlab-ci.yml .gitlab/
      .circleci/ azure-pipelines*.yml .azure-pipelines/ bitbucket-pipelines.yml Jenkinsfile*
      .travis.yml .drone.yml .woodpecker/ .woodpecker.yml .buildkite/ appveyor.yml .cirrus.yml
      .teamcity/ cloudbuild.y*ml`),
  },
  {
    reason: 'action: runs in workflows',
    patterns: words(`
      .github/actions/ action.yml action.yaml`),
  },
  {
    reason: 'code owners: decides who must review',
    patterns: words(`
      CODEOWNERS`),
  },
  {
    reason: 'agent configuration: instructions or rights of coding agents',
    patterns: [...AGENT_CONFIGURATION, '.github/agent/'],
  },
  {
    reason: 'cagent policy: decides what the next run may do',
    patterns: CAGENT_POLICY,
  },
  {
    reason: 'repository automation: bots act on it',
    patterns: words(`
      .github/dependabot.y*ml renovate.json* .renovaterc* .github/renovate.json* .mergify.yml
      .github/mergify.yml .github/settings.yml .github/CODEOWNERS .github/labeler.yml`),
  },
  {
    reason: 'git attributes: can change how git reads and writes files',
    patterns: words(`
      .gitattributes`),
  },
  {
    reason: 'submodules: fetches code from elsewhere',
    patterns: words(`
      .gitmodules`),
  },
  {
    reason: 'git configuration: read by git or its tools',
    patterns: words(`
      .gitconfig .gitignore .mailmap .lfsconfig .git-blame-ignore-revs`),
  },
  {
    reason: 'git hook: runs on the machines of developers',
    patterns: words(`
      .husky/ .githooks/ .git-hooks/ githooks/ lefthook.y*ml .lefthook/ .lefthook.y*ml
      lefthook-local.y*ml .pre-commit-config.y*ml .pre-commit-hooks.y*ml .overcommit.yml
      .lintstagedrc* lint-staged.config.* commitlint.config.* .simple-git-hooks.*
      captainhook.json .hooks/`),
  },
  {
    reason: 'lockfile: decides which code is installed',
    patterns: words(`
      package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb
      deno.lock Cargo.lock go.sum poetry.lock pdm.lock uv.lock Pipfile.lock pylock*.toml
      Gemfile.lock composer.lock mix.lock pubspec.lock Podfile.lock Package.resolved
      packages.lock.json gradle.lockfile flake.lock conda-lock.yml pixi.lock paket.lock
      Chart.lock .terraform.lock.hcl requirements*.txt constraints*.txt go.mod go.work
      vendor/modules.txt verification-metadata.xml .pnp.cjs .pnp.loader.mjs .yarn/releases/
      .yarn/plugins/`),
  },
  {
    reason: 'package manager configuration: decides where code comes from and what runs on install',
    patterns: words(`
      .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs pnpm-workspace.yaml bunfig.toml .pypirc pip.conf
      .cargo/ rust-toolchain rust-toolchain.toml .bundle/config nuget.config .mvn/ settings.xml
      gradle.properties gradle-wrapper.properties gradle-wrapper.jar .condarc .nvmrc
      .node-version .tool-versions .python-version .ruby-version mise.toml .mise.toml .mise/
      .netrc`),
  },
  {
    reason: 'build script: runs on build, test or install',
    patterns: words(`
      Makefile makefile GNUmakefile *.mk Justfile .justfile Taskfile.y*ml Rakefile Gemfile
      *.gemspec Podfile setup.py setup.cfg pyproject.toml conftest.py sitecustomize.py
      usercustomize.py *.pth noxfile.py tox.ini fabfile.py SConstruct build.rs Cargo.toml
      *.gradle *.gradle.kts gradlew gradlew.bat mvnw mvnw.cmd pom.xml build.xml build.sbt
      CMakeLists.txt *.cmake CMakePresets.json configure configure.ac meson.build BUILD
      BUILD.bazel WORKSPACE WORKSPACE.bazel MODULE.bazel .bazelrc *.bzl binding.gyp
      Directory.Build.* *.targets *.csproj Package.swift mix.exs composer.json deno.json
      deno.jsonc turbo.json nx.json lerna.json Gruntfile.* gulpfile.* webpack.config.*
      vite.config.* vitest.config.* rollup.config.* esbuild.config.* jest.config.*
      babel.config.* .babelrc* next.config.* nuxt.config.* astro.config.* svelte.config.*
      tailwind.config.* postcss.config.* playwright.config.* cypress.config.* karma.conf.*
      .mocharc.* metro.config.* eslint.config.* .eslintrc* .prettierrc* prettier.config.*
      .stylelintrc* Earthfile flake.nix shell.nix default.nix Vagrantfile Tiltfile skaffold.yaml Procfile .goreleaser.y*ml
      .releaserc* release.config.*`),
  },
  {
    reason: 'container definition: runs on build or start',
    patterns: words(`
      Dockerfile* *.Dockerfile Containerfile* .dockerignore docker-compose*.y*ml compose*.y*ml
      docker-bake.* .devcontainer/ .devcontainer.json devcontainer.json .gitpod.yml
      .gitpod.Dockerfile .replit`),
  },
  {
    reason: 'infrastructure definition: decides what is deployed',
    patterns: words(`
      *.tf *.tfvars *.hcl serverless.y*ml template.y*ml Pulumi*.yaml cdk.json netlify.toml
      vercel.json wrangler.toml fly.toml ansible.cfg kustomization.y*ml Chart.yaml`),
  },
  {
    reason: 'editor configuration: can run tasks when the folder is opened',
    patterns: words(`
      .vscode/ .idea/ *.code-workspace .zed/ .vim/ .vimrc .nvim.lua .nvimrc .exrc .dir-locals.el
      .fleet/ .editorconfig *.sublime-project .emacs* .helix/ *.iml .vs/`),
  },
  {
    reason: 'shell configuration: runs when a shell starts or enters the directory',
    patterns: words(`
      .envrc .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc
      .zshenv .zprofile .zlogin .zlogout .kshrc .cshrc .tcshrc .login .inputrc .config/fish/ .direnvrc
      .screenrc .tmux.conf .direnv/ .xprofile .xinitrc .xsessionrc .pythonrc .pythonstartup
      .Rprofile .Renviron .irbrc .gdbinit .lldbinit .psqlrc .curlrc .wgetrc .ssh/ .gnupg/ .aws/
      .kube/ .docker/`),
  },
  {
    reason: 'environment file: settings and secrets of programs',
    patterns: words(`
      .env .env.* *.env .flaskenv`),
  },
];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
