/** Every kustomization renders to objects that fit together, and a broken one is noticed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ensureKubectl, renderManifests } from "../support/kubectl.ts";
import { ofKind, type KubernetesObject } from "../support/kubernetes-objects.ts";
import { RENDERED_FOLDERS } from "../support/manifest-folders.ts";
import { directions, POLICY_CHECKS } from "../support/policy-checks.ts";
import { REPOSITORY } from "../support/repository.ts";
import { WORKLOAD_CHECKS } from "../support/workload-checks.ts";
import { MUTANTS } from "./mutants.ts";

const CHECKS = { ...POLICY_CHECKS, ...WORKLOAD_CHECKS };
const kubectl = ensureKubectl().path;
const rendered = new Map<string, KubernetesObject[]>();
if (kubectl !== null)
  for (const { name, folder } of RENDERED_FOLDERS) rendered.set(name, renderManifests(kubectl, folder));

function objectsOf(name: string): KubernetesObject[] {
  return structuredClone(rendered.get(name) ?? []);
}

function findings(name: string, objects: readonly KubernetesObject[]): Record<string, string[]> {
  const foreignNamespaces = RENDERED_FOLDERS.find((folder) => folder.name === name)?.foreignNamespaces ?? [];
  const results = Object.entries(CHECKS).map(([id, check]) => [id, check({ objects, foreignNamespaces })] as const);
  return Object.fromEntries(results.filter(([, found]) => found.length > 0));
}

describe.skipIf(kubectl === null)("a broken manifest is noticed", () => {
  test.each(MUTANTS)("$name", ({ break: breakObjects, check }) => {
    const objects = objectsOf("demo");
    breakObjects(objects);
    expect(Object.keys(findings("demo", objects))).toContain(check);
  });

  test("by a case for each check", () => {
    expect(Object.keys(CHECKS).filter((id) => !MUTANTS.some(({ check }) => check === id))).toEqual([]);
  });
});

describe.skipIf(kubectl === null)("the manifests as they are", () => {
  test.each(RENDERED_FOLDERS)("have no finding in $name", ({ name }) => {
    // The cluster assigns user ids there.
    const openshift = { restricted: ["maskwire", "maskwire-canary"].map((pod) => `maskwire/${pod} may run as root`) };
    expect(findings(name, objectsOf(name))).toEqual(name === "openshift" ? openshift : {});
  });

  test.each(RENDERED_FOLDERS)("render alike every time in $name", ({ name, folder }) => {
    expect(renderManifests(kubectl ?? "", folder)).toEqual(objectsOf(name));
  });

  test("cover every overlay that is shipped", () => {
    const shipped = readdirSync(join(REPOSITORY, "manifests/overlays"));
    expect(shipped.filter((name) => !rendered.has(name))).toEqual([]);
  });

  test("let nothing out of the masker but DNS and declared upstreams", () => {
    const outward = ofKind(objectsOf("demo"), "NetworkPolicy").filter(
      ({ metadata, spec }) => metadata.namespace === "maskwire" && (spec?.egress ?? []).length > 0,
    );
    expect(new Set(outward.map(({ metadata }) => metadata.name))).toEqual(
      new Set(["allow-dns", "maskwire-to-canary", "maskwire-upstream"]),
    );
  });

  test("open no egress at all in the base alone", () => {
    const rules = ofKind(objectsOf("base"), "NetworkPolicy").flatMap((policy) => directions(policy)[1]?.rules ?? []);
    expect(rules).toEqual([]);
  });

  test("run the image of this version", () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
    const images = ofKind(objectsOf("base"), "Deployment").flatMap(({ spec }) =>
      spec.template.spec.containers.map(({ image }) => image),
    );
    expect(images).toEqual([`maskwire:${version}`]);
    expect(version).toBe(
      (parse(readFileSync(join(REPOSITORY, "manifests/helm/Chart.yaml"), "utf8")) as { appVersion: string }).appVersion,
    );
  });
});

describe.skipIf(kubectl === null)("the documented table of policies", () => {
  test("names every policy of the demo overlay and no other", () => {
    const rows = readFileSync(join(REPOSITORY, "docs/kubernetes.md"), "utf8").matchAll(
      /^\| `([a-z]+)` \| `([a-z-]+)` \|/gm,
    );
    const documented = [...rows].map(([, namespace, name]) => `${namespace}/${name}`);
    const policies = ofKind(objectsOf("demo"), "NetworkPolicy");
    const shipped = policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(new Set(documented)).toEqual(new Set(shipped));
  });
});
