/** The table in `dist` is of the patterns that `dist` has. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { withPacks } from "../../src/core/detectors/index.ts";
import { PACK_NAMES } from "../../src/core/packs/index.ts";
import { patternSources } from "../../src/core/rule.ts";
import { writeTable } from "../../src/node/prebuild.ts";
import { REPOSITORY } from "../support/repository.ts";
import { requireProgram } from "../support/run-server.ts";

it("holds every built-in pattern as it is compiled today", async () => {
  requireProgram();
  const path = join(REPOSITORY, "dist/core/pattern/prebuilt-table.js");
  const { prebuiltTable } = (await import(pathToFileURL(path).href)) as { readonly prebuiltTable: () => string };
  const detectors = [...withPacks([]), ...withPacks(PACK_NAMES)];
  expect(prebuiltTable()).toBe(writeTable(detectors.flatMap(patternSources)));
});
