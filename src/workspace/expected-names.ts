import type { ByteText } from './byte-text.js';
import type { IgnoreRules } from './ignore-rules.js';
import { statOf } from './same-blob.js';

/** What people make most often among the files that only a pattern covers. */
const LIKELY: readonly ByteText[] = [
  '.env.local',
  '.env.development',
  '.env.production',
  '.env.staging',
  '.env.test',
  'id_ed25519',
  'id_rsa',
  'terraform.tfstate',
  'terraform.tfvars',
];

/**
 * Names that the root of the workspace does not have yet and that the rules would hide. A whiteout for each keeps a
 * file hidden that somebody makes while the agent runs; the agent can still make its own. Names below the root and
 * patterns have no end, so they are not covered.
 */
export function expectedNames(root: ByteText, rules: IgnoreRules): readonly ByteText[] {
  return [...new Set([...rules.names, ...LIKELY])].filter(
    (name) =>
      !name.includes('/') &&
      name.length < 256 &&
      rules.decide(rules.root, name, name, true).kind === 'hidden' &&
      statOf(root, name) === undefined,
  );
}
