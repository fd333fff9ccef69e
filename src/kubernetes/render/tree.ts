/**
 * All files of one rendering, by their paths: base, components and overlays of kustomize, or a Helm chart.
 *
 * Owns the layout and what each overlay picks. Writes nothing.
 */
import { printChart } from "./chart.ts";
import { COMPONENTS, type Component, type Patch } from "./components.ts";
import { APP, appLabels, CONFIG_NAME, type Document, type Plan } from "./plan.ts";
import { denialPolicies, maskerPolicies } from "./policies.ts";
import {
  accountDocument,
  budgetDocument,
  claimDocuments,
  deploymentDocument,
  namespaceDocument,
  serviceDocuments,
} from "./workload.ts";
import { printComment, printYaml, type Json, type JsonObject } from "./yaml.ts";

export const TARGETS = ["k8s", "cilium", "cnp", "helm"] as const;
export type Target = (typeof TARGETS)[number];

interface Overlay {
  readonly comment: string;
  readonly targets: readonly Target[];
  /** After zones, egress and canary, which all overlays have. */
  readonly components: readonly string[];
  readonly patches?: readonly Patch[];
}

const GENERATED =
  "Printed by `maskwire manifests`: change the configuration and print again, or patch in an overlay of yours.";
const BASE_COMMENT = `maskwire alone: one Deployment, a Service per listener, and policies that deny all but the declared flows.
Needs zones that may talk to it, and one component for DNS when it dials anything by name.`;
const IMAGE_HINT = "Name your image in an overlay of your own: images: [{ name: maskwire, newName: …, digest: … }].";
const POLICY_FILE_COMMENT = `Every policy names its types; every peer is a namespace AND a pod selector in one item; ports are container ports.
Zones are decided by the label of the namespace, which whoever may create pods cannot forge; pod labels only narrow.`;
/** What not every target can use. */
const TARGETS_OF: Readonly<Record<string, readonly Target[]>> = {
  "upstream-cidr": ["k8s", "cnp"],
  "egress-cilium": ["cilium"],
  "guard-cnp": ["cnp"],
};

const OVERLAYS: Readonly<Record<string, Overlay>> = {
  dev: {
    comment: "For a laptop cluster: no metrics, small requests.",
    targets: ["k8s"],
    components: ["dns-coredns"],
    patches: [
      {
        target: { kind: "Deployment", name: APP },
        patch: [
          {
            op: "replace",
            path: "/spec/template/spec/containers/0/resources/requests",
            value: { cpu: "100m", memory: "256Mi", "ephemeral-storage": "16Mi" },
          },
        ],
      },
    ],
  },
  demo: {
    comment: "Everything that most clusters can use.",
    targets: ["k8s"],
    components: ["monitoring", "dns-coredns"],
  },
  prod: {
    comment: `As the demo; the image is asked for at every start, so that its digest and the right to pull it are checked.
${IMAGE_HINT}`,
    targets: ["k8s"],
    components: ["monitoring", "dns-coredns"],
    patches: [
      {
        target: { kind: "Deployment", name: `${APP}.*` },
        patch: [{ op: "replace", path: "/spec/template/spec/containers/0/imagePullPolicy", value: "Always" }],
      },
    ],
  },
  openshift: {
    comment: "OpenShift: its own DNS, and user ids that it assigns.",
    targets: ["k8s"],
    components: ["monitoring", "dns-openshift", "openshift"],
  },
  cilium: {
    comment: "Cilium: upstreams by name, and DNS for no other names.",
    targets: ["cilium"],
    components: ["monitoring", "dns-coredns", "egress-cilium"],
  },
  guarded: {
    comment: "As the demo, and nobody else can open the zones, by ClusterNetworkPolicy and by admission.",
    targets: ["cnp"],
    components: ["monitoring", "dns-coredns", "guard-cnp", "guard-vap"],
  },
};

/** Path to text, in the order of paths. The same plan gives the same bytes. */
export function renderTree(plan: Plan, target: Target): ReadonlyMap<string, string> {
  const files =
    target === "helm" ? printChart(plan) : { ...base(plan), ...components(plan, target), ...overlays(plan, target) };
  return new Map(Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Names of what this configuration has, in the order of the table. */
export function componentNames(plan: Plan, target: Target): string[] {
  return Object.keys(COMPONENTS).filter(
    (name) => (TARGETS_OF[name] ?? TARGETS).includes(target) && COMPONENTS[name]?.(plan) !== undefined,
  );
}

function base(plan: Plan): Record<string, string> {
  const documents: Record<string, readonly Document[]> = {
    "namespace.yaml": [namespaceDocument(APP)],
    "service-account.yaml": [accountDocument()],
    ...(plan.storage === undefined ? {} : { "volume-claim.yaml": claimDocuments(plan) }),
    "deployment.yaml": [deploymentDocument(plan)],
    "services.yaml": serviceDocuments(plan),
    "disruption-budget.yaml": [budgetDocument()],
    "network-policies.yaml": [...denialPolicies(APP), ...maskerPolicies(plan)],
  };
  const kustomization = {
    resources: Object.keys(documents),
    // The name gets a hash of the content: a changed configuration rolls the pods, and with them every stream.
    configMapGenerator: [
      { name: CONFIG_NAME, namespace: APP, files: ["maskwire.yaml"], options: { labels: appLabels() } },
    ],
  };
  return {
    ...printFolder("base", {
      comment: `${BASE_COMMENT}\n${IMAGE_HINT}`,
      kind: "Kustomization",
      documents,
      kustomization,
    }),
    "base/maskwire.yaml": plan.configText,
  };
}

function components(plan: Plan, target: Target): Record<string, string> {
  const printed = componentNames(plan, target).map((name) => {
    const { comment, files = {}, patches = [] } = COMPONENTS[name](plan) as Component;
    const resources = Object.keys(files);
    const kustomization = {
      ...(resources.length === 0 ? {} : { resources }),
      ...(patches.length === 0 ? {} : { patches: patches.map(printPatch) }),
    };
    return printFolder(`components/${name}`, { comment, kind: "Component", documents: files, kustomization });
  });
  return Object.assign({}, ...printed) as Record<string, string>;
}

function overlays(plan: Plan, target: Target): Record<string, string> {
  const printed = Object.entries(OVERLAYS).flatMap(([name, overlay]) => {
    if (!overlay.targets.includes(target)) return [];
    const { comment, patches = [] } = overlay;
    const kustomization = {
      resources: ["../../base"],
      components: pick(plan, overlay, target).map((component) => `../../components/${component}`),
      ...(patches.length === 0 ? {} : { patches: patches.map(printPatch) }),
    };
    return [printFolder(`overlays/${name}`, { comment, kind: "Kustomization", documents: {}, kustomization })];
  });
  return Object.assign({}, ...printed) as Record<string, string>;
}

function pick(plan: Plan, overlay: Overlay, target: Target): string[] {
  const always = ["zone-raw", "zone-masked", "canary", "upstream-cidr", ...(plan.needsKey ? ["root-key"] : [])];
  const existing = componentNames(plan, target);
  return [...always, ...overlay.components].filter((name) => existing.includes(name));
}

interface Folder {
  readonly comment: string;
  readonly kind: "Kustomization" | "Component";
  readonly documents: Readonly<Record<string, readonly Document[]>>;
  readonly kustomization: JsonObject;
}

function printFolder(path: string, { comment, kind, documents, kustomization }: Folder): Record<string, string> {
  const apiVersion = kind === "Component" ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
  const head = printComment(`${comment}\n${GENERATED}`);
  const files = Object.entries(documents).map(
    ([name, list]) => [`${path}/${name}`, printDocuments(name, list)] as const,
  );
  return {
    [`${path}/kustomization.yaml`]: head + printYaml({ apiVersion, kind, ...kustomization }),
    ...Object.fromEntries(files),
  };
}

function printDocuments(name: string, documents: readonly Document[]): string {
  const head = name === "network-policies.yaml" ? printComment(POLICY_FILE_COMMENT) : "";
  return head + documents.map(({ comment = "", object }) => printComment(comment) + printYaml(object)).join("---\n");
}

function printPatch({ target, patch }: Patch): Json {
  return { target: { ...target }, patch: printYaml(patch) };
}
