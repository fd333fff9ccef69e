/** The commands that read Kubernetes objects: what they print, and how they end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REPOSITORY } from "../support/repository.ts";
import { runProgram } from "../support/run-server.ts";

const OBJECTS = `apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Namespace, metadata: { name: raw, labels: { maskwire.dev/zone: raw } } }
  - { apiVersion: v1, kind: Namespace, metadata: { name: masked, labels: { maskwire.dev/zone: masked } } }
  - apiVersion: v1
    kind: Pod
    metadata: { namespace: masking, name: maskwire, labels: { app.kubernetes.io/name: maskwire } }
    spec:
      containers:
        - name: maskwire
          ports: [{ name: publish, containerPort: 8080 }, { name: subscribe, containerPort: 8081 }]
  - { apiVersion: v1, kind: Pod, metadata: { namespace: raw, name: producer, labels: { app: producer } }, spec: { containers: [{ name: app }] } }
  - { apiVersion: v1, kind: Pod, metadata: { namespace: masked, name: web, labels: { app: web } }, spec: { containers: [{ name: app }] } }
`;
const policy = (namespace: string, spec: string): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: ${namespace}, name: only }
spec: { podSelector: {}, policyTypes: [Ingress, Egress], ${spec} }
`;
const peer = (place: string, port: number): string =>
  `[{ ${place}: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: masking } }, podSelector: { matchLabels: { app.kubernetes.io/name: maskwire } } }], ports: [{ port: ${port} }] }]`;
const from = (zone: string, port: number): string =>
  `{ from: [{ namespaceSelector: { matchLabels: { maskwire.dev/zone: ${zone} } } }], ports: [{ port: ${port} }] }`;
const GOOD = [
  OBJECTS,
  policy("raw", `egress: ${peer("to", 8080)}`),
  policy("masked", `egress: ${peer("to", 8081)}`),
  policy("masking", `ingress: [${from("raw", 8080)}, ${from("masked", 8081)}]`),
].join("");

let folder: string;
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-netpolicy-"));
  await writeFile(file("good.yaml"), GOOD);
  await writeFile(file("open.yaml"), OBJECTS);
  await writeFile(file("broken.yaml"), `${GOOD}---\nkind: [\n`);
});
afterAll(async () => await rm(folder, { recursive: true }));

describe("verify", () => {
  test.each([
    ["good.yaml", 0, /^PROVED: raw data reaches nobody without crossing the masker\n/],
    ["open.yaml", 1, /^LEAK: .*\n\nleak {5}/],
    ["broken.yaml", 3, /^UNKNOWN: [\s\S]*unknown {2}\S*broken\.yaml:\d+: document: this document is not YAML/],
  ])("%s ends with %i", async (name, exitCode, says) => {
    const run = await runProgram(["netpolicy", "verify", file(name)]);
    expect(run.stdout).toMatch(says);
    expect(run.code).toBe(exitCode);
  });

  test("reads standard input when nothing is named", async () => {
    expect((await runProgram(["netpolicy", "verify", "--format", "json"], GOOD)).code).toBe(0);
    const { stdout } = await runProgram(["netpolicy", "verify", "--format", "json", "-"], GOOD);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "PROVED", leaks: [], unknowns: [] });
  });
});

describe("explain", () => {
  test.each([
    [
      "raw/producer",
      "masking/maskwire:8080",
      0,
      /allowed\n {2}egress {3}allowed {2}by raw\/only, rule 1 \(\S+good\.yaml:\d+\)\n/,
    ],
    ["masked/web", "masking/maskwire:8080", 1, /denied\n {2}egress {3}denied {3}no rule of masked\/only \(/],
    ["raw/app=other", "masking/maskwire:8080/tcp", 0, /allowed/],
    ["raw/producer", "198.51.100.7:443", 1, /ingress {2}allowed {2}outside, or on its node/],
    ["raw/producer", "[2001:db8::1]:443/UDP", 1, /egress {3}denied/],
  ])("%s to %s ends with %i", async (source, target, exitCode, says) => {
    const run = await runProgram(["netpolicy", "explain", source, target, file("good.yaml")]);
    expect(run.stdout).toMatch(says);
    expect(run.code).toBe(exitCode);
  });

  test.each([
    [["raw/nobody", "masking/maskwire:8080"], /FROM: no such workload.*raw\/producer/],
    [["raw/producer", "elsewhere/x=y:8080"], /TO: no such workload/],
    [["raw/producer", "masking/maskwire"], /TO: write PLACE:PORT/],
    [["raw/producer", "masking/maskwire:0"], /TO: write PLACE:PORT/],
    [["raw/producer"], /give FROM and TO:PORT/],
  ])("%j is a mistake that says what to write", async (words, says) => {
    const run = await runProgram(["netpolicy", "explain", ...words, ...(words.length > 1 ? [file("good.yaml")] : [])]);
    expect(run.stderr).toMatch(says);
    expect(run.code).toBe(2);
  });
});

describe("lint", () => {
  test("ends with 0 when there are warnings only", async () => {
    const { stdout, code } = await runProgram(["netpolicy", "lint", file("good.yaml")]);
    expect(stdout).toMatch(/^warning {2}\S+good\.yaml:\d+: Pod raw\/producer: .* \[dns-blocked\]$/m);
    expect(stdout).not.toMatch(/^error/m);
    expect(code).toBe(0);
  });

  test("says so when there is nothing to find", async () => {
    const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: elsewhere }\n";
    const run = await runProgram(["netpolicy", "lint"], namespace);
    expect(run).toEqual({ stdout: "", stderr: "maskwire: no finding\n", code: 0 });
  });

  test("prints SARIF with the line of each finding", async () => {
    const { stdout, code } = await runProgram(["netpolicy", "lint", "--format", "sarif", file("open.yaml")]);
    const { runs } = JSON.parse(stdout) as { runs: { results: { ruleId: string; locations: object[] }[] }[] };
    expect(code).toBe(1);
    expect(runs[0].results.map(({ ruleId }) => ruleId)).toContain("no-default-deny");
    expect(runs[0].results[0].locations).toMatchObject([
      {
        physicalLocation: {
          artifactLocation: { uri: file("open.yaml") },
          region: { startLine: expect.any(Number) as number },
        },
      },
    ]);
  });
});

test("a picture shows zones, flows and leaks, and quotes nothing that would end its text", async () => {
  const good = await runProgram(["netpolicy", "verify", "--format", "mermaid", file("good.yaml")]);
  expect(good.stdout).toMatch(/^flowchart LR\n {2}%% PROVED\n {2}subgraph raw\["zone raw"\]/);
  expect(good.stdout).toMatch(/ {2}n\d+ -- "publish 8080" --> n\d+\n/);
  const open = await runProgram(["netpolicy", "verify", "--format", "svg", file("open.yaml")]);
  expect(open.stdout).toMatch(/^<svg [^>]*aria-label="zones and flows: LEAK">/);
  expect(open.stdout).toMatch(/<path [^>]*stroke="#c81e1e" stroke-width="3" marker-end="url\(#leak\)"\/>/);
  expect(open.stdout.match(/<text /g)).toHaveLength(open.stdout.match(/<\/text>/g)?.length ?? 0);
});

test("matrix lists who may open whom", async () => {
  const { stdout, code } = await runProgram(["netpolicy", "matrix", "--closed-world", file("good.yaml")]);
  expect(stdout.replaceAll(/ +/g, " ")).toBe(
    "raw/producer -> masking/maskwire TCP 8080\nmasked/web -> masking/maskwire TCP 8081\n",
  );
  expect(code).toBe(0);
});

test("diff says what is gained and lost", async () => {
  const run = await runProgram(["netpolicy", "diff", "--closed-world", file("good.yaml"), file("open.yaml")]);
  expect(run.stdout).toContain("raw/producer -> masking/maskwire: TCP 8080 becomes all\n");
  expect(run.code).toBe(1);
  const other = await runProgram(["netpolicy", "diff", "--closed-world", file("good.yaml"), file("good.yaml")]);
  expect(other).toMatchObject({ stdout: "", stderr: "maskwire: no connection is gained or lost\n", code: 0 });
});

test.each([
  [["verify", "/nowhere/at/all"], /no such file or folder/],
  [["verify", "a", "b"], /give one folder, file or -/],
  [["verify", "--conduit", "shared"], /write NAMESPACE\/KEY=VALUE:PORT=REASON/],
])("%j ends with 2", async (words, says) => {
  const run = await runProgram(["netpolicy", ...words]);
  expect(run.stderr).toMatch(says);
  expect(run.code).toBe(2);
});

test.each([
  ["manifests/overlays/demo", "manifests/overlays/demo"],
  // Nothing renders the whole folder.
  ["manifests", "manifests/overlays/cilium"],
  ["manifests/components", "manifests/components/allow-kubelet"],
])("a kustomization is not what the cluster gets: of %s render %s", async (folder, rendered) => {
  const run = await runProgram(["netpolicy", "lint", join(REPOSITORY, folder)]);
  expect(run.stderr).toContain(`pipe in what this prints: kubectl kustomize ${join(REPOSITORY, rendered)}\n`);
  expect(run.code).toBe(2);
});
