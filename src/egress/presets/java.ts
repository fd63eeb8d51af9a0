import type { Preset } from './preset.js';

export const JAVA: Preset = {
  name: 'java',
  summary: 'Maven, Gradle and the usual repositories',
  hosts: [
    { host: 'repo.maven.apache.org', reason: 'Maven Central, as Maven names it' },
    { host: 'repo1.maven.org', reason: 'Maven Central, as Gradle and sbt name it' },
    { host: 'plugins.gradle.org', reason: 'Gradle plugin portal' },
    { host: 'plugins-artifacts.gradle.org', reason: 'files of Gradle plugins' },
    { host: 'services.gradle.org', reason: 'Gradle distributions for the wrapper' },
    { host: 'downloads.gradle.org', reason: 'files of Gradle distributions' },
    { host: 'maven.google.com', reason: 'Android libraries' },
    { host: 'dl.google.com', reason: 'files of Android libraries' },
    { host: 'repo.spring.io', reason: 'milestones of Spring' },
    { host: 'api.adoptium.net', reason: 'Temurin JDKs for toolchain provisioning' },
    { host: 'api.foojay.io', reason: 'JDK index for Gradle toolchains' },
  ],
};
