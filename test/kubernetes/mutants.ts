/**
 * The demo overlay, broken in one place, and the check that must say so.
 */
import {
  ofKind,
  type Container,
  type Deployment,
  type KubernetesObject,
  type NetworkPolicy,
} from "../support/kubernetes-objects.ts";
import type { POLICY_CHECKS } from "../support/policy-checks.ts";
import type { WORKLOAD_CHECKS } from "../support/workload-checks.ts";

export interface Mutant {
  readonly name: string;
  readonly check: keyof typeof POLICY_CHECKS | keyof typeof WORKLOAD_CHECKS;
  readonly break: (objects: KubernetesObject[]) => void;
}

/** The same object with its fields open to writing. */
type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

function policy(name: string, change: (policy: Writable<NetworkPolicy["spec"] & object>) => void): Mutant["break"] {
  return (objects) => {
    for (const found of ofKind(objects, "NetworkPolicy").filter(({ metadata }) => metadata.name === name)) {
      change(found.spec as Writable<NetworkPolicy["spec"] & object>);
    }
  };
}

function pod(change: (pod: Writable<Deployment["spec"]["template"]["spec"]>) => void): Mutant["break"] {
  return (objects) => {
    for (const { spec } of ofKind(objects, "Deployment")) {
      change(spec.template.spec as Writable<Deployment["spec"]["template"]["spec"]>);
    }
  };
}

function container(change: (container: Writable<Container>) => void): Mutant["break"] {
  return pod(({ containers }) => containers.forEach(change));
}

function removal(kind: string, name: string): Mutant["break"] {
  return (objects) => {
    const index = objects.findIndex((object) => object.kind === kind && object.metadata.name.startsWith(name));
    objects.splice(index, 1);
  };
}

const VENDOR_PORTS = [{ port: 443, protocol: "TCP" }];

function upstream(cidr: string): Mutant["break"] {
  return policy("maskwire-upstream", (spec) => {
    spec.egress = [{ to: [{ ipBlock: { cidr } }], ports: VENDOR_PORTS }];
  });
}

const WIDE_RANGES = [
  "0.0.0.0/0",
  "::/0",
  "8.0.0.0/7",
  "10.0.0.0/16",
  "169.254.0.0/16",
  "169.254.169.254/32",
  "fd00::/64",
];

export const MUTANTS: readonly Mutant[] = [
  {
    name: "two empty lists without types leave egress open",
    check: "implicit-types",
    break: policy("default-deny", (spec) => {
      delete spec.policyTypes;
      spec.ingress = [];
      spec.egress = [];
    }),
  },
  {
    name: "an empty list of types is as good as none",
    check: "implicit-types",
    break: policy("default-deny", (spec) => {
      spec.policyTypes = [];
    }),
  },
  {
    name: "egress rules under Ingress alone do nothing",
    check: "inert-rules",
    break: policy("producer-to-maskwire", (spec) => {
      spec.policyTypes = ["Ingress"];
    }),
  },
  ...[null, {}, { to: [], ports: VENDOR_PORTS }, { ports: VENDOR_PORTS }].map((rule): Mutant => ({
    name: `the egress rule ${JSON.stringify(rule)} opens everything`,
    check: "opens-all",
    break: policy("maskwire-upstream", (spec) => {
      spec.egress = [rule];
    }),
  })),
  {
    name: "a rule without ports opens the admin listener too",
    check: "opens-all",
    break: policy("maskwire-publish", (spec) => {
      delete spec.ingress?.[0]?.ports;
    }),
  },
  {
    name: "namespace and pod in two items are OR",
    check: "and-or",
    break: policy("maskwire-publish", (spec) => {
      const rule = spec.ingress?.[0];
      if (rule)
        rule.from = (rule.from ?? []).flatMap(({ namespaceSelector, podSelector }) => [
          ...(namespaceSelector ? [{ namespaceSelector }] : []),
          ...(podSelector ? [{ podSelector }] : []),
        ]);
    }),
  },
  {
    name: "an empty namespace selector admits every namespace",
    check: "and-or",
    break: policy("maskwire-subscribe", (spec) => {
      for (const peer of spec.ingress?.[0]?.from ?? []) peer.namespaceSelector = {};
    }),
  },
  ...[
    {},
    { protocol: "TCP" },
    { port: "publish", protocol: "TCP" },
    { port: 8080, endPort: 9090, protocol: "TCP" },
  ].map((port): Mutant => ({
    name: `the port ${JSON.stringify(port)} is not one number with a protocol`,
    check: "port-any",
    break: policy("maskwire-publish", (spec) => {
      const rule = spec.ingress?.[0];
      if (rule) rule.ports = [port];
    }),
  })),
  ...WIDE_RANGES.map((cidr): Mutant => ({
    name: `${cidr} is no upstream`,
    check: "wide-cidr",
    break: upstream(cidr),
  })),
  {
    name: "host bits in a range mean something else than written",
    check: "wide-cidr",
    break: upstream("198.51.100.5/25"),
  },
  { name: "a range without a mask is none", check: "wide-cidr", break: upstream("198.51.100.0") },
  {
    name: "an address instead of a pod is admitted by some plugins and not by others",
    check: "wide-cidr",
    break: policy("maskwire-subscribe", (spec) => {
      const rule = spec.ingress?.[0];
      if (rule) rule.from = [{ ipBlock: { cidr: "198.51.100.0/25" } }];
    }),
  },
  {
    name: "a zone without its label blocks the declared flow",
    check: "dangling",
    break: (objects) => {
      for (const { metadata } of ofKind(objects, "Namespace") as Writable<KubernetesObject>[]) {
        if (metadata.name === "raw") delete metadata.labels?.["maskwire.dev/zone"];
      }
    },
  },
  {
    name: "a pod label that no pod has blocks the declared flow",
    check: "dangling",
    break: policy("subscriber-to-maskwire", (spec) => {
      for (const peer of spec.egress?.[0]?.to ?? []) {
        peer.podSelector = { matchLabels: { "app.kubernetes.io/name": "mask-wire" } };
      }
    }),
  },
  { name: "a zone without default deny", check: "no-default-deny", break: removal("NetworkPolicy", "default-deny") },
  {
    name: "a default deny that lets one flow through",
    check: "no-default-deny",
    break: policy("default-deny", (spec) => {
      spec.ingress = [{}];
    }),
  },
  {
    name: "a policy port that no container has",
    check: "unserved-port",
    break: policy("maskwire-publish", (spec) => {
      const rule = spec.ingress?.[0];
      if (rule) rule.ports = [{ port: 80, protocol: "TCP" }];
    }),
  },
  {
    name: "root, when the image says otherwise",
    check: "restricted",
    break: pod(({ securityContext }) => {
      if (securityContext) delete securityContext.runAsUser;
    }),
  },
  {
    name: "a writable root file system",
    check: "restricted",
    break: container(({ securityContext }) => {
      if (securityContext) securityContext.readOnlyRootFilesystem = false;
    }),
  },
  {
    name: "privilege escalation left to the default",
    check: "restricted",
    break: container(({ securityContext }) => {
      delete securityContext?.allowPrivilegeEscalation;
    }),
  },
  {
    name: "a capability given back",
    check: "restricted",
    break: container(({ securityContext }) => {
      if (securityContext?.capabilities) securityContext.capabilities.add = ["NET_ADMIN"];
    }),
  },
  {
    name: "the network of the node, which no policy binds",
    check: "restricted",
    break: pod((spec) => {
      spec.hostNetwork = true;
    }),
  },
  {
    name: "an API token",
    check: "restricted",
    break: pod((spec) => {
      spec.automountServiceAccountToken = true;
    }),
  },
  {
    name: "service links, whose names collide with ours",
    check: "restricted",
    break: pod((spec) => {
      delete spec.enableServiceLinks;
    }),
  },
  {
    name: "no memory limit",
    check: "restricted",
    break: container(({ resources }) => {
      delete resources?.limits?.["memory"];
    }),
  },
  {
    name: "a typing mistake in the Pod Security level",
    check: "namespace-level",
    break: (objects) => {
      for (const { metadata } of ofKind(objects, "Namespace") as Writable<KubernetesObject>[]) {
        metadata.labels = { ...metadata.labels, "pod-security.kubernetes.io/enforce": "restrict" };
      }
    },
  },
  {
    name: "a Deployment that does not select its pods",
    check: "own-labels",
    break: (objects) => {
      for (const { spec } of ofKind(objects, "Deployment") as Writable<Deployment>[]) {
        spec.selector = { matchLabels: { app: "maskwire" } };
      }
    },
  },
  {
    name: "pods without the label that Services select",
    check: "service-pods",
    break: (objects) => {
      for (const { spec } of ofKind(objects, "Deployment") as Writable<Deployment>[])
        spec.template.metadata.labels = {};
    },
  },
  {
    name: "a port without its name, which Services and probes use",
    check: "service-port",
    break: container(({ ports }) => ports?.forEach((port) => delete port.name)),
  },
  {
    name: "a probe of a port that is not there",
    check: "probe-port",
    break: container((found) => {
      found.readinessProbe = { httpGet: { path: "/readyz", port: 9091 } };
    }),
  },
  {
    name: "a container without a liveness probe",
    check: "probe-port",
    break: container((found) => {
      delete found.livenessProbe;
    }),
  },
  {
    name: "readiness that asks for life only",
    check: "probe-path",
    break: container((found) => {
      found.readinessProbe = { httpGet: { path: "/livez", port: "admin" } };
    }),
  },
  {
    name: "a mount without its volume",
    check: "mounted-volume",
    break: pod((spec) => {
      spec.volumes = [];
    }),
  },
  { name: "a configuration that is not rendered", check: "config-map", break: removal("ConfigMap", "maskwire-config") },
  { name: "no ServiceAccount of its own", check: "service-account", break: removal("ServiceAccount", "maskwire") },
  {
    name: "a budget for pods that are not there",
    check: "budget-pods",
    break: (objects) => {
      for (const { spec } of ofKind(objects, "PodDisruptionBudget") as { spec: { selector: object } }[]) {
        spec.selector = { matchLabels: { app: "maskwire" } };
      }
    },
  },
  { name: "an object in a namespace that nobody makes", check: "own-namespace", break: removal("Namespace", "raw") },
];
