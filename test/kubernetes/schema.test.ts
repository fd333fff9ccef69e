/** The rendered objects against the API's own schema, where that data is present beside the checkout. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { schemaErrors, type Definitions } from "../support/json-schema.ts";
import { ensureKubectl, renderManifests } from "../support/kubectl.ts";
import type { KubernetesObject } from "../support/kubernetes-objects.ts";
import { RENDERED_FOLDERS } from "../support/manifest-folders.ts";
import { REPOSITORY } from "../support/repository.ts";

interface RecordedCase {
  readonly name: string;
  readonly manifest: KubernetesObject;
  /** What another validator found with the same schema; absent for nothing. */
  readonly schemaErrors?: readonly string[];
}

const DATA = join(REPOSITORY, "../shared/data/kubernetes");
const hasData = existsSync(DATA);
if (!hasData) console.warn("not run: the schema of the Kubernetes API is not beside this checkout");

const definitions = hasData
  ? (readData("k8s-1.32-schema-subset.json") as { definitions: Definitions }).definitions
  : {};
const recorded = hasData ? (readData("recorded-apiserver-verdicts.json") as { cases: RecordedCase[] }).cases : [];

function readData(file: string): unknown {
  return JSON.parse(readFileSync(join(DATA, file), "utf8"));
}

/** Kinds of others, which the API's own schema does not know. */
const FOREIGN_GROUPS = [
  "cilium.io",
  "policy.networking.k8s.io",
  "gateway.networking.k8s.io",
  "admissionregistration.k8s.io",
];

function errorsOf(object: KubernetesObject): string[] {
  if (FOREIGN_GROUPS.some((group) => object.apiVersion.startsWith(`${group}/`))) return [];
  const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["core", object.apiVersion];
  const names = Object.keys(definitions).filter((name) => name.endsWith(`.${version}.${object.kind}`));
  const short = (group ?? "").split(".")[0] ?? "";
  const name = names.find((candidate) => candidate.includes(`.${short}.`));
  return name === undefined
    ? [`no schema for ${object.kind}`]
    : schemaErrors(definitions[name] ?? {}, object, definitions);
}

describe.skipIf(!hasData)("the schema check", () => {
  test.each(recorded)("agrees with the recorded one: $name", ({ manifest, schemaErrors: theirs = [] }) => {
    expect(errorsOf(manifest).length > 0).toBe(theirs.length > 0);
  });
});

describe.skipIf(!hasData || ensureKubectl().path === null)("every rendered object passes the API's schema", () => {
  test.each(RENDERED_FOLDERS)("in $name", ({ folder }) => {
    const objects = renderManifests(ensureKubectl().path ?? "", folder);
    expect(objects.flatMap((object) => errorsOf(object).map((error) => `${object.metadata.name} ${error}`))).toEqual(
      [],
    );
  });
});
