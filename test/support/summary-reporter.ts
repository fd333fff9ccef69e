/**
 * Ends a test run with what did not run and one line that a script can read: `N passed, M failed`.
 *
 * Owns that line. Counts a file that cannot be loaded, and an error outside any test, as failed.
 */
import type { Reporter, TestModule } from "vitest/node";

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const lines: string[] = [];
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      const count = (state: string): number => states.filter((one) => one === state).length;
      const isBroken = module.state() === "failed" && count("failed") === 0;
      passed += count("passed");
      failed += count("failed") + (isBroken ? 1 : 0);
      const notRun = states.length - count("passed") - count("failed");
      if (notRun > 0) lines.push(`not run: ${notRun} in ${module.relativeModuleId}`);
    }
    process.stdout.write([...lines, `${passed} passed, ${failed} failed`, ""].join("\n"));
  }
}
