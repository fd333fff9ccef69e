/** `trustedProxies` of the configuration: what is refused, with its place and the way out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";
import { REPOSITORY } from "../support/repository.ts";

const proxies = (cidrs: string): string => `trustedProxies:\n  cidrs: [${cidrs}]`;

describe("trustedProxies", () => {
  test.each([
    ["a range without a mask", proxies("10.0.0.1"), "write a range such as 198.51.100.0/25"],
    ["a name", proxies("proxy.example"), "write a range such as 198.51.100.0/25"],
    ["bits behind the mask", proxies("10.0.0.1/8"), "has bits behind its prefix"],
    ["everybody", proxies("0.0.0.0/0"), "believes everybody"],
    ["everybody over IPv6", proxies('"::/0"'), "believes everybody"],
    ["nobody", proxies(""), "must not be empty"],
    ["a header of its own", `${proxies("10.0.0.0/8")}\n  header: x-real-ip`, "trustedProxies.header"],
  ])("is refused when it names %s", (_, yaml, says) => {
    const read = readConfig(yaml, "f");
    const problems = read.ok ? [] : read.problems.map(describeProblem);
    expect(problems.join()).toMatch(/^f:[23]:\d+: trustedProxies\./);
    expect(problems.join()).toContain(says);
  });

  test("is in docs/operations.md as it may be written", async () => {
    const page = await readFile(join(REPOSITORY, "docs/operations.md"), "utf8");
    const [, yaml = "no such example"] = /```yaml config=proxies\n([^]*?)```/.exec(page) ?? [];
    const read = readConfig(yaml, "f");
    expect(read.ok && read.value.trustedProxies?.cidrs).toEqual(["10.0.0.0/8", "2001:db8:aa::/48"]);
  });
});
