/** The table of README.md: each abuse names a test that is there, and each answer and counter is one of ours. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERRORS } from "../../src/core/index.ts";
import { METRICS } from "../../src/server/telemetry/metric-table.ts";
import { REPOSITORY } from "../support/repository.ts";

const read = (path: string): Promise<string> => readFile(join(REPOSITORY, path), "utf8");
const rows = (await read("test/hostile/README.md"))
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| abuse"))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

test.each(rows)("%s", async (_abuse, answer = "", counted = "", where = "") => {
  for (const [, code = ""] of answer.matchAll(/`([A-Z_]+)`/g)) expect(Object.keys(ERRORS)).toContain(code);
  for (const [, name = ""] of counted.matchAll(/`([a-z_]+)`/g)) expect(Object.keys(METRICS)).toContain(name);
  const [, file = "", name = ""] = /^(\S+): (.+)$/.exec(where) ?? [];
  expect(name).not.toBe("");
  expect(await read(file)).toContain(name);
});
