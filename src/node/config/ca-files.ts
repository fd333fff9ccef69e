/**
 * Whether the certificates that `upstreams` name can be read, before anything is dialled.
 *
 * Owns the sentence. Never repeats anything out of a file.
 */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ConfigProblem } from "./problem.ts";
import type { FileConfig } from "./schema.ts";

const TEXT = "cannot be read as certificates (PEM, `-----BEGIN CERTIFICATE-----`); does the file exist?";

export async function checkCaFiles(
  upstreams: FileConfig["upstreams"] = [],
  problemAt: (path: readonly string[], text: string) => ConfigProblem,
): Promise<readonly ConfigProblem[]> {
  const faults = await Promise.all(
    upstreams.map(async ({ caFile }, index) =>
      caFile === undefined || (await isCertificate(caFile))
        ? []
        : [problemAt(["upstreams", String(index), "caFile"], TEXT)],
    ),
  );
  return faults.flat();
}

async function isCertificate(file: string): Promise<boolean> {
  try {
    return new X509Certificate(await readFile(file)).subject !== undefined;
  } catch {
    return false;
  }
}
