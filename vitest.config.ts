import { defineConfig } from "vitest/config";

/** Two projects: `node` runs in this process; `workerd` talks to the real runtime that it starts. */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/support/summary-reporter.ts"],
    projects: [
      { extends: true, test: { name: "node", include: ["test/**/*.test.ts"], exclude: ["test/worker/**"] } },
      { extends: true, test: { name: "workerd", include: ["test/worker/**/*.test.ts"] } },
    ],
  },
});
