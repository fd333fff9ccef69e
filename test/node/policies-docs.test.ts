/** The recipes of docs/policies.md: each configuration holds, and does to its example what the page says. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { compilePolicy, maskWhole } from "../../src/core/index.ts";
import { readConfig } from "../../src/node/config/read.ts";
import { DEFAULT_CONFIG } from "../../src/server/config/config.ts";
import { extendPolicy } from "../../src/server/config/extend-policy.ts";
import { CASE_KEY } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";
import { refuseViews } from "../../src/server/feeds/view-rules.ts";
import { REPOSITORY } from "../support/repository.ts";

const PAGE = readFileSync(join(REPOSITORY, "docs/policies.md"), "utf8");
const block = (language: string, name: string): string =>
  new RegExp(`\`\`\`${language} recipe=${name}\n([^]*?)\`\`\``).exec(PAGE)?.[1] ?? "";
const KEY = new TextDecoder().decode(CASE_KEY);
const RECIPES = [...PAGE.matchAll(/```yaml recipe=(\S+)/g)].map(([, name]) => name);

describe("recipes", () => {
  it("are several", () => expect(RECIPES.length).toBeGreaterThan(3));

  it.each(RECIPES)("hold, and mask as the page shows: %s", (name) => {
    const read = readConfig(block("yaml", name), "docs/policies.md");
    expect(read.ok ? [] : read.problems).toEqual([]);
    const { policies, feeds } = read.ok ? read.value : DEFAULT_CONFIG;
    expect(refuseViews({ ...DEFAULT_CONFIG, policies, feeds })).toEqual([]);
    const policy = compilePolicy(extendPolicy(policies, Object.keys(policies).at(-1) ?? ""), {
      // A page with `keys` is about rotation: version 2 is there, too.
      keys: keysFrom(`v1:${KEY}\nv2:${"2".repeat(32)}`, (read.ok ? read.value.keys : undefined) ?? { current: 1 }),
    });
    const [input, output] = block("json", name).split("\n");
    expect(new TextDecoder().decode(maskWhole(policy, "json", new TextEncoder().encode(input)))).toBe(output);
  });
});

describe("explanations", () => {
  const NAMES = [...PAGE.matchAll(/```sh explain=(\S+)/g)].map(([, name]) => name);
  const fence = (mark: string): string => new RegExp(`\`\`\`\\w+ ${mark}\n([^]*?)\`\`\``).exec(PAGE)?.[1] ?? "";

  it("are several", () => expect(NAMES.length).toBeGreaterThan(1));

  it.each(NAMES)("are printed as the page shows: %s", async (name) => {
    const script = `maskwire() { "${process.execPath}" dist/node/main.js "$@"; }\n${fence(`explain=${name}`)}`;
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: REPOSITORY });
    expect(stdout.replaceAll(/ +$/gm, "")).toBe(fence(`explained=${name}`));
  });
});
