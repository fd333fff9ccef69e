import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONG } from "./long-first.ts";
import { REPOSITORY } from "./repository.ts";

test("every file that is to begin first is there, once", () => {
  expect(LONG.filter((name) => !existsSync(join(REPOSITORY, `test/${name}.test.ts`)))).toEqual([]);
  expect(new Set(LONG).size).toBe(LONG.length);
});
