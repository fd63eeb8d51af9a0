import type { Preset } from './preset.js';

export const CONTAINERS: Preset = {
  name: 'containers',
  summary: 'pull of container images from the public registries',
  hosts: [
    { host: 'registry-1.docker.io', reason: 'Docker Hub' },
    { host: 'auth.docker.io', reason: 'tokens for Docker Hub' },
    { host: 'index.docker.io', reason: 'older clients of Docker Hub' },
    { host: 'production.cloudflare.docker.com', reason: 'layers of Docker Hub' },
    { host: 'production.cloudfront.docker.com', reason: 'layers of Docker Hub' },
    {
      host: 'docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com',
      reason: 'layers of Docker Hub',
    },
    { host: 'ghcr.io', reason: 'GitHub Container Registry' },
    { host: 'pkg-containers.githubusercontent.com', reason: 'layers of GitHub Container Registry' },
    { host: 'quay.io', reason: 'Quay' },
    { host: '*.quay.io', reason: 'layers of Quay' },
    { host: 'mcr.microsoft.com', reason: 'Microsoft images' },
    { host: '*.data.mcr.microsoft.com', reason: 'layers of Microsoft images' },
    { host: 'public.ecr.aws', reason: 'Amazon public images' },
    { host: 'registry.k8s.io', reason: 'Kubernetes images' },
    { host: 'gcr.io', reason: 'Google images' },
  ],
};
