import { defineConfig } from 'vitest/config';

// Nothing here is a promise: only a test that hangs ends by these. A busy machine may stand still for seconds.
const PATIENCE = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

// Three suites: unit needs no Docker; docker drives the real engine one file at a time, since its tests share
// networks and measure containers; e2e drives the built dist/ under a real workflow runner.
export default defineConfig({
  test: {
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/fixtures/seed.ts'],
          ...PATIENCE,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      // Every agent that cagent knows, in images of several gigabytes: `npm run test:agents`.
      {
        test: {
          name: 'agents-all',
          include: ['test/agents-all/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
