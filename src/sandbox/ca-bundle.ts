import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import { bareCreateArgs, copyOutArgs, removeContainersArgs } from '../docker/argv.js';
import type { Mount } from '../docker/container.js';
import type { EgressPolicy } from '../egress/policy.js';

/**
 * Roots for the agent: those of its image, those of `ca-file`, and the run's own, by which the gateway ends TLS for
 * hosts with HTTP rules. Read-only files of cagent's own, mounted where the usual clients look. Pure.
 */

const BUNDLE = '/run/cagent/ca-bundle.pem';
const JAVA_STORE = '/run/cagent/ca-bundle.jks';
/** The password of Java's own store, known to everybody: the store holds nothing secret. */
export const JAVA_STORE_PASSWORD = 'changeit';

/** Where images keep their roots. The first that an image has is the one that counts. */
const IMAGE_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
] as const;

/** Whether the agent meets certificates that its image does not know. */
export function needsCaBundle(policy: EgressPolicy, caFile: string | undefined): boolean {
  return (
    policy.mode !== 'none' && (caFile !== undefined || policy.rules.some((rule) => rule.http.length > 0))
  );
}

/** Host paths of the two files within the run's private directory. */
export function caBundleFiles(directory: string): { readonly bundle: string; readonly javaStore: string } {
  return { bundle: `${directory}/ca/bundle.pem`, javaStore: `${directory}/ca/bundle.jks` };
}

/** Under its own name for the variables, and over the distribution's bundle for what reads only that. */
export function caBundleMounts(directory: string): readonly Mount[] {
  const { bundle, javaStore } = caBundleFiles(directory);
  return [
    { type: 'bind', source: bundle, target: BUNDLE, readOnly: true },
    { type: 'bind', source: bundle, target: IMAGE_ROOTS[0], readOnly: true },
    { type: 'bind', source: javaStore, target: JAVA_STORE, readOnly: true },
  ];
}

export interface ImageRootsInput {
  readonly runId: RunId;
  readonly processOwner: string;
  readonly image: string;
  /** The run's private directory. */
  readonly directory: string;
}

/** The docker commands that read the roots of an image, from a container that is never started. Pure. */
export function planImageRoots({ runId, processOwner, image, directory }: ImageRootsInput) {
  const name = objectName(runId, 'helper');
  const target = `${directory}/ca/image-roots.pem`;
  return {
    target,
    create: bareCreateArgs(name, objectLabels(runId, 'helper', processOwner), image),
    /** Tried one after another, until there is a `target`. */
    copies: IMAGE_ROOTS.map((place) => copyOutArgs(name, place, target)),
    remove: removeContainersArgs([name]),
  };
}

/** What Node, OpenSSL, curl, git, Python, pip, Cargo, the AWS tools and Java read. */
export const CA_BUNDLE_ENVIRONMENT: Readonly<Record<string, string>> = {
  NODE_EXTRA_CA_CERTS: BUNDLE,
  SSL_CERT_FILE: BUNDLE,
  CURL_CA_BUNDLE: BUNDLE,
  GIT_SSL_CAINFO: BUNDLE,
  REQUESTS_CA_BUNDLE: BUNDLE,
  PIP_CERT: BUNDLE,
  CARGO_HTTP_CAINFO: BUNDLE,
  AWS_CA_BUNDLE: BUNDLE,
  DENO_CERT: BUNDLE,
  CODEX_CA_CERTIFICATE: BUNDLE,
  JAVA_TOOL_OPTIONS: `-Djavax.net.ssl.trustStore=${JAVA_STORE} -Djavax.net.ssl.trustStorePassword=${JAVA_STORE_PASSWORD}`,
};
