import * as core from '@actions/core';
import type { Environment } from '../core/environment.js';
import { readApiUrl } from '../github/api-url.js';
import { createGitHub, type GitHub } from '../github/client.js';
import { proxyFor } from '../github/proxy.js';

/** One client for the whole step, made when GitHub is first needed. */
export function connection(token: string, environment: Environment, signal: AbortSignal): () => GitHub {
  let github: GitHub | undefined;
  return () => {
    if (github === undefined) {
      const apiUrl = readApiUrl(environment.GITHUB_API_URL);
      const proxy = proxyFor(apiUrl, environment);
      github = createGitHub({ token, apiUrl, proxy, notice: core.info, signal });
    }
    return github;
  };
}
