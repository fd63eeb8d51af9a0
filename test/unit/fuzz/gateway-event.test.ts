import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { createEgressCounter } from '../../../src/report/egress-summary.js';
import { parseGatewayEvent } from '../../../src/sandbox/gateway-event.js';
import { FUZZ_TIMEOUT_MS, fuzz } from './fuzz.js';

const schema = JSON.parse(
  readFileSync(new URL('../../../docs/schemas/cagent.egress.schema.json', import.meta.url), 'utf8'),
);
const isRecord = new Ajv2020({ strict: true }).compile(schema);

test(
  'whatever a gateway says, the host goes on, and what it records keeps to the schema',
  async () => {
    await fuzz('gateway-event', 20_000, (bytes) => {
      const event = parseGatewayEvent(bytes.toString('utf8'));
      if (event?.event !== 'egress') return;
      expect(isRecord(event.record) || isRecord.errors).toBe(true);
      const counter = createEgressCounter();
      counter.add(event.record);
      expect(counter.summary().hosts).toHaveLength(1);
    });
  },
  FUZZ_TIMEOUT_MS,
);
