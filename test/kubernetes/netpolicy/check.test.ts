/** What we refuse is what an API server refused. */
import { describe, expect, test } from "vitest";
import { checkObjects, kubernetesObject } from "../../../src/kubernetes/index.ts";
import { readKubernetesData, whyNoKubernetesData } from "../../support/kubernetes-data.ts";
import { objectsFrom } from "../../support/netpolicy.ts";

interface Case {
  readonly id: number;
  readonly name: string;
  readonly verdict: string;
  readonly manifest: object;
}

const reason = whyNoKubernetesData();
if (reason !== "") console.warn(`the recorded verdicts were not compared: ${reason}`);
const cases = reason === "" ? (readKubernetesData("recorded-apiserver-verdicts.json") as { cases: Case[] }).cases : [];

describe.skipIf(reason !== "")("a manifest has the verdict that a real API server gave", () => {
  test.each(cases)("$id $name: $verdict", ({ verdict, manifest }) => {
    const findings = checkObjects([kubernetesObject(manifest)]);
    expect(findings.length > 0 ? "reject" : "accept", JSON.stringify(findings)).toBe(
      verdict.replace("-with-warning", ""),
    );
  });
});

const policy = (spec: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p, namespace: n }\nspec:\n${spec}`;

describe("each fault names the field, the line and the way out", () => {
  test.each([
    ["  podSelectr: {}", 5, "unknown field spec.podSelectr"],
    ["  podSelector: {}\n  policyTypes: [Egres]", 6, "spec.policyTypes[0]: write Ingress or Egress"],
    ["  podSelector: {}\n  ingress:\n    - from:\n        - {}", 8, "names nobody; write a selector or an ipBlock"],
    ["  podSelector: {}\n  ingress:\n    - ports:\n        - port: 70000", 8, "port must be from 1 to 65535"],
    [
      "  podSelector: {}\n  egress:\n    - to:\n        - ipBlock:\n            cidr: 10.0.0.0/33",
      9,
      "write an address and a prefix",
    ],
    [
      "  podSelector:\n    matchExpressions:\n      - { key: a, operator: in, values: [b] }",
      7,
      "write In, NotIn, Exists or DoesNotExist",
    ],
    ["  podSelector: {}\n  egress: {}", 6, "spec.egress must be a list"],
  ])("%j", (spec, line, says) => {
    const [finding] = checkObjects(objectsFrom(policy(spec)));
    expect(finding).toMatchObject({ rule: "refused-by-server", object: "NetworkPolicy n/p" });
    expect(finding?.place).toEqual({ file: "test.yaml", line });
    expect(finding?.detail).toContain(says);
  });
});

test("a value that may be a secret is never quoted", () => {
  const secret = "s3cr3t-value";
  const findings = checkObjects([
    kubernetesObject({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", labels: { [secret]: secret } },
      spec: {
        containers: [{ name: "c", image: [secret], env: [{ name: "A", value: { inner: secret } }], ports: secret }],
      },
    }),
  ]);
  expect(findings.length).toBeGreaterThan(2);
  expect(JSON.stringify(findings)).not.toContain(secret);
});
