import type { Preset } from './preset.js';

export const LINUX: Preset = {
  name: 'linux',
  summary: 'package mirrors of Linux distributions',
  hosts: [
    { host: 'deb.debian.org', reason: 'Debian packages' },
    { host: 'security.debian.org', reason: 'Debian security updates' },
    { host: 'archive.ubuntu.com', reason: 'Ubuntu packages' },
    { host: 'security.ubuntu.com', reason: 'Ubuntu security updates' },
    { host: 'ports.ubuntu.com', reason: 'Ubuntu packages for ARM and others' },
    { host: 'azure.archive.ubuntu.com', reason: 'Ubuntu mirror set up on hosted runners' },
    { host: 'dl-cdn.alpinelinux.org', reason: 'Alpine packages' },
    { host: 'mirrors.fedoraproject.org', reason: 'list of Fedora and EPEL mirrors' },
    { host: 'dl.fedoraproject.org', reason: 'Fedora and EPEL packages' },
    { host: 'mirrors.rockylinux.org', reason: 'list of Rocky Linux mirrors' },
    { host: 'dl.rockylinux.org', reason: 'Rocky Linux packages' },
    { host: 'mirrors.almalinux.org', reason: 'list of AlmaLinux mirrors' },
    { host: 'repo.almalinux.org', reason: 'AlmaLinux packages' },
    { host: 'cdn-ubi.redhat.com', reason: 'packages for UBI images' },
    { host: 'download.opensuse.org', reason: 'openSUSE packages' },
    { host: 'geo.mirror.pkgbuild.com', reason: 'Arch Linux packages' },
    { host: 'packages.microsoft.com', reason: 'Microsoft packages for Linux' },
  ],
};
