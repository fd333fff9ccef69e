/** What a policy or a view cannot do is refused at the start, by the line on which it stands. */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/node/config/load.ts";
import { describeProblem } from "../../src/node/config/problem.ts";
import { compileNamed } from "../../src/node/policies.ts";
import { refuseViews } from "../../src/server/feeds/view-rules.ts";
import { sha256 } from "../support/tokens.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const READER = `auth: { apiKeys: [{ name: a, sha256: ${sha256("a")}, grants: [{ actions: [subscribe], feeds: [">"] }] }] }`;
const policy = (lines: string): string => `policies:\n  p:\n${lines}`;

const REFUSED: readonly { mistake: string; yaml: string; says: RegExp }[] = [
  {
    mistake: "an operator that cannot be applied to its entity",
    yaml: policy("    operators:\n      EMAIL: { operator: fpe }"),
    says: /^f:4:14: policies\.p\.operators\.EMAIL: .*which EMAIL is not/,
  },
  {
    mistake: "an operator that cannot be applied to what has no fields",
    yaml: policy("    fields:\n      a.b: { operator: redact }"),
    says: /^f:3:5: policies\.p: .*what does not parse has no fields/,
  },
  {
    mistake: "a view without readers",
    yaml: `policies: { p: {} }\nfeeds:\n  orders:\n    views: { desk: p }\n${READER}`,
    says: /^f:4:20: feeds\.orders\.views\.desk: nobody may read this view/,
  },
  {
    mistake: "two rules that conflict",
    yaml: policy(
      `    onInvalid: drop\n    fields: { a.b: { operator: redact } }\n    except:\n      - c\n      - '["a"].b'`,
    ),
    says: /^f:7:9: policies\.p\.except\.1: .*fields says something else/,
  },
  {
    mistake: "a path that can never match",
    yaml: policy("    except:\n      - a..b"),
    says: /^f:4:9: policies\.p\.except\.0: write steps/,
  },
  {
    mistake: "a path that can never match, since nothing leads there",
    yaml: policy("    only: [a.b, 'x[*]']\n    except:\n      - a.b.c\n      - a.c"),
    says: /^f:6:9: policies\.p\.except\.1: .*can never match/,
  },
  {
    mistake: "a path that keeps everything",
    yaml: policy("    except:\n      - '**'"),
    says: /^f:4:9: policies\.p\.except\.0: .*keeps everything/,
  },
  {
    mistake: "a template that would itself be found",
    yaml: policy("    operators:\n      EMAIL: { operator: redact, template: jane@acme.com }"),
    says: /^f:4:14: policies\.p\.operators\.EMAIL: .*looks like EMAIL itself/,
  },
  {
    mistake: "a version of a key that there is not",
    yaml: "keys:\n  current: 7",
    says: /^f:2:12: keys\.current: .*no root key/,
  },
];

async function problemsOf(yaml: string, key = KEY): Promise<string[]> {
  const bytes = new TextEncoder().encode(yaml);
  const environment = { MASKWIRE_KEY: key };
  const loaded = await loadConfig({ environment, configFile: "f", bytes, missingKey: "none" });
  if (!loaded.ok) return loaded.problems.map(describeProblem);
  const { config, problemAt } = loaded.value;
  const compiled = Object.keys(config.policies).map((name) => compileNamed(loaded.value, name));
  const views = refuseViews(config).map(({ path, reason }) => problemAt(path, reason));
  return [...views, ...compiled.flatMap((one) => (one.ok ? [] : one.problems))].map(describeProblem);
}

describe("a configuration is refused by name and line", () => {
  it.each(REFUSED)("$mistake", async ({ yaml, says }) => {
    const [problem = "", ...others] = await problemsOf(yaml);
    expect(problem).toMatch(says);
    expect(others).toEqual([]);
  });

  it("a key too short, by its variable", async () => {
    expect(await problemsOf("", "short")).toEqual([expect.stringMatching(/^MASKWIRE_KEY: the secret has 5 bytes/)]);
  });
});
