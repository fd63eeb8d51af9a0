import { z } from 'zod';
import { parseSize } from '../core/memory-size.js';
import type { AllowEntry } from './run-spec.js';
import { textSchema } from './value-type.js';

/**
 * The shape of `network.allow` entries. Only the shape: whether a rule means something and can be enforced is
 * decided where rules are compiled, in src/egress.
 */

const RULE = 'a rule: preset, host, pattern, URL, address or CIDR, without spaces';
const PORT = 'a port from 1 to 65535, or text such as "53/udp"';
const UPLOAD = 'a size such as 512k or 10m';
const COUNT = 'a whole number from 0';
const METHOD = 'an HTTP method such as GET';
const PATH = 'a path such as /v1/, without spaces';

/** A rule as one text, the only form on the command line. */
export const allowText = textSchema(RULE, /^[^\s\0]+$/);

/** A host or pattern whose blocked attempts are no news. */
export const knownHost = textSchema('a host, *.host or **.host', /^[^\s\0]+$/);

const portNumber = z.int({ error: PORT }).min(1, { error: PORT }).max(65_535, { error: PORT });
const portText = z
  .string({ error: PORT })
  .regex(/^\d{1,5}(\/(tcp|udp))?$/, { error: PORT, abort: true })
  .refine((text) => portNumber.safeParse(Number.parseInt(text, 10)).success, { error: PORT });

const count = z.int({ error: COUNT }).min(0, { error: COUNT });
const uploadSize = z
  .string({ error: UPLOAD })
  .refine((text) => parseSize(text) !== undefined, { error: UPLOAD });

const httpRule = z.strictObject(
  {
    methods: z.array(textSchema(METHOD, /^[A-Za-z]+$/), { error: 'a list of HTTP methods' }).optional(),
    paths: z.array(textSchema(PATH, /^[^\s\0]+$/), { error: 'a list of paths' }).optional(),
  },
  { error: mappingOr('a mapping with methods, paths or both') },
);

const allowObject = z.strictObject(
  {
    dest: allowText,
    ports: z
      .array(z.union([portNumber, portText], { error: PORT }), { error: 'a list of ports' })
      .min(1, { error: 'a list of at least one port' })
      .optional(),
    http: z
      .array(httpRule, { error: 'a list of mappings with methods and paths' })
      .min(1, { error: 'a list of at least one mapping with methods and paths' })
      .optional(),
    private: z.boolean({ error: 'true or false' }).optional(),
    'max-upload': z.union([count, uploadSize], { error: UPLOAD }).optional(),
    'max-requests': count.optional(),
  },
  { error: mappingOr('a mapping with dest') },
);

// zod types an absent key as `T | undefined`; YAML has no undefined, so the cast loses nothing.
export const allowEntry = z.union([allowText, allowObject], {
  error: `${RULE}, or a mapping with dest`,
}) as unknown as z.ZodType<AllowEntry>;

/** Unknown keys keep zod's own issue, which lists them; everything else about an object says what it should be. */
export function mappingOr(
  allowed: string,
): (issue: { readonly code?: string | undefined }) => string | undefined {
  return (issue) => (issue.code === 'unrecognized_keys' ? undefined : allowed);
}
