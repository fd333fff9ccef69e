/** The edge goes without the texts of errors that only another host meets. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ERRORS } from "../../src/core/index.ts";
import { REPOSITORY } from "../support/repository.ts";

const read = (path: string): string => readFileSync(join(REPOSITORY, path), "utf8");
const codes = JSON.parse(read("worker/host-errors.json")) as string[];
const { outputs } = JSON.parse(read("dist/worker/meta.json")) as {
  outputs: Record<string, { inputs: Record<string, unknown> }>;
};
const ours = Object.values(outputs)
  .flatMap(({ inputs }) => Object.keys(inputs))
  .filter((path) => path.endsWith(".ts") && path !== "src/core/errors.ts");
const built = read("dist/worker/index.js") + read("dist/worker/shared.js");

/** However the minifier quotes it. */
const isBuilt = (text: string): boolean => built.includes(text) || built.includes(text.replaceAll('"', '\\"'));

describe("an error without a text at the edge", () => {
  test.each(codes)("is none that a module of the edge names: %s", (code) => {
    expect(Object.keys(ERRORS)).toContain(code);
    const naming = ours.filter((path) => new RegExp(`\\b${code}\\b`).test(read(path)));
    expect(naming).toEqual([]);
    expect(isBuilt(ERRORS[code as keyof typeof ERRORS].text)).toBe(false);
  });

  test("is none of all the others", () => {
    const others = Object.entries(ERRORS).filter(([code]) => !codes.includes(code));
    expect(others.filter(([, { text }]) => !isBuilt(text)).map(([code]) => code)).toEqual([]);
  });
});
