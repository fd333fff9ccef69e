/** A root key that stands in the configuration is refused by the place where it stands, and not repeated. */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/node/config/load.ts";

describe("the root key in the file", () => {
  const KEY = "0123456789abcdef0123456789abcdef";
  const OTHER = "fedcba9876543210fedcba9876543210";
  it.each([
    [KEY, `# ours\r\npolicies:\n  default: {}\n  # ${KEY}\n`, 4, 5],
    [`v2:${OTHER}\nv1:${KEY}`, `feeds: { ${KEY}: {} }\n# ${OTHER}`, 1, 10],
    [KEY, `policies: { default: { tenant: ${KEY} } }`, 1, 32],
  ])("is refused by its own line and column, and not repeated: %#", async (key, yaml, line, column) => {
    const environment = { MASKWIRE_KEY: key };
    const request = {
      environment,
      configFile: "f",
      bytes: new TextEncoder().encode(yaml),
      missingKey: "none",
    } as const;
    const loaded = await loadConfig(request);
    const problems = loaded.ok ? [] : loaded.problems;
    expect(problems).toMatchObject([{ source: "f", line, column }]);
    expect(JSON.stringify(problems)).not.toMatch(/0123456789|fedcba/);
  });
});
