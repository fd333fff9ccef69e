import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongFirst } from "./test/support/long-first.ts";

/** Vitest leaves one core to itself; many of our files wait for processes rather than compute. */
const WORKERS = availableParallelism() + 1;

const TIME_LIMIT_MS = 300_000;

/** Two projects: `node` runs in this process; `workerd` talks to the real runtime that it starts. */
export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    // Nothing here tests how long something takes: these end what hangs, on a machine as slow as may be.
    setupFiles: ["./test/support/setup.ts"],
    testTimeout: TIME_LIMIT_MS,
    hookTimeout: TIME_LIMIT_MS,
    expect: { poll: { timeout: TIME_LIMIT_MS / 2, interval: 20 } },
    sequence: { sequencer: LongFirst },
    reporters: ["default", "./test/support/summary-reporter.ts"],
    projects: [
      { extends: true, test: { name: "node", include: ["test/**/*.test.ts"], exclude: ["test/worker/**"] } },
      { extends: true, test: { name: "workerd", include: ["test/worker/**/*.test.ts"] } },
    ],
  },
});
