/**
 * Whether the certificates that `upstreams` name can be read, before anything is dialled.
 *
 * Owns the sentence. Never repeats anything out of a file.
 */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { readFailure } from "../read-failure.ts";
import { besideConfig } from "./named-files.ts";
import type { ConfigProblem } from "./problem.ts";
import type { FileConfig } from "./schema.ts";

const WANTED = "name a file with certificates (PEM, `-----BEGIN CERTIFICATE-----`)";

interface CaFilesOptions {
  /** The configuration file: the others are beside it. */
  readonly configFile: string | undefined;
  readonly problemAt: (path: readonly string[], text: string) => ConfigProblem;
}

export async function checkCaFiles(
  upstreams: FileConfig["upstreams"] = [],
  { configFile, problemAt }: CaFilesOptions,
): Promise<readonly ConfigProblem[]> {
  const faults = await Promise.all(
    upstreams.map(async ({ caFile }, index) => {
      const fault = caFile === undefined ? undefined : await faultOf(besideConfig(configFile, caFile));
      return fault === undefined ? [] : [problemAt(["upstreams", String(index), "caFile"], `${fault}; ${WANTED}`)];
    }),
  );
  return faults.flat();
}

async function faultOf(file: string): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (thrown) {
    return readFailure(thrown);
  }
  try {
    void new X509Certificate(bytes);
    return undefined;
  } catch {
    return "holds none";
  }
}
