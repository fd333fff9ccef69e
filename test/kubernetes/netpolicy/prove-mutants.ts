/** The demo overlay, broken in one place, and what the proof must say of it. */
import { NAMESPACE_NAME, portSet, type Conduit, type Report } from "../../../src/kubernetes/index.ts";

export interface Draft {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { namespace?: string; name: string; labels?: Record<string, string> };
  spec?: unknown;
}
interface RuleDraft {
  from: { namespaceSelector?: object; podSelector?: object }[];
  ports: object[];
}
const specOf = ({ spec }: Draft): { ingress: RuleDraft[]; egress: RuleDraft[] } =>
  spec as { ingress: RuleDraft[]; egress: RuleDraft[] };
const named = (objects: readonly Draft[], kind: string, name: string): Draft[] =>
  objects.filter((one) => one.kind === kind && one.metadata.name === name);
const policyIn = (objects: readonly Draft[], namespaceName: string, name: string): Draft => {
  const found = named(objects, "NetworkPolicy", name).find((one) => one.metadata.namespace === namespaceName);
  if (found === undefined) throw new Error(`no policy ${namespaceName}/${name}`);
  return found;
};
const remove = (objects: Draft[], one: Draft): void => void objects.splice(objects.indexOf(one), 1);
export const pod = (namespace: string, name: string, labels: Record<string, string>, spec: object = {}): Draft => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace, name, labels },
  spec: { containers: [], ...spec },
});
export const policy = (namespace: string, name: string, spec: object): Draft => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace, name },
  spec,
});
export const namespace = (name: string, labels: Record<string, string> = {}): Draft => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const PRODUCER = { "maskwire.dev/role": "producer" };
export const BROKER = { "maskwire.dev/role": "broker" };
const SUBSCRIBER = { "maskwire.dev/role": "subscriber" };
const TO_MASKED_BROKER = [
  {
    to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shared" } }, podSelector: {} }],
    ports: [{ port: 4222 }],
  },
];

export interface Mutant {
  readonly name: string;
  readonly change: (objects: Draft[]) => void;
  readonly finds: RegExp;
  readonly verdict?: Report["verdict"];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "the raw zone's default deny is gone",
    change: (objects) => {
      for (const name of ["default-deny", "allow-dns"]) remove(objects, policyIn(objects, "raw", name));
    },
    finds: /^leak .*raw\/\(any pod without labels\) - .*\n.*\n    egress   no policy of this direction selects it\n/m,
  },
  {
    name: "somebody adds egress to everywhere in the raw zone",
    change: (objects) =>
      objects.push(policy("raw", "debug", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] })),
    finds: /egress   by raw\/debug, rule 1 \(demo:\d+\)/,
  },
  {
    name: "a null rule, which is the same",
    change: (objects) =>
      objects.push(policy("raw", "debug", { podSelector: {}, policyTypes: ["Egress"], egress: [null] })),
    finds: /^leak .*raw\//m,
  },
  {
    name: "policyTypes is forgotten beside an empty egress list",
    change: (objects) => {
      policyIn(objects, "raw", "default-deny").spec = { podSelector: {}, ingress: [], egress: [] };
      remove(objects, policyIn(objects, "raw", "allow-dns"));
    },
    finds: /^leak .*raw\//m,
  },
  {
    name: "the raw broker is open to every namespace",
    change: (objects) => {
      objects.push(
        policy("raw", "broker-ingress", {
          podSelector: { matchLabels: BROKER },
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 4222 }] }],
        }),
      );
    },
    finds: /^leak .*raw\//m,
  },
  {
    name: "the raw zone lost its label",
    change: (objects) => {
      const [raw] = named(objects, "Namespace", "raw");
      raw.metadata.labels = {};
    },
    finds: /^leak .*\(a namespace with maskwire.dev\/zone=raw\)/m,
  },
  {
    name: "the namespace is renamed and the selectors are not",
    change: (objects) => {
      named(objects, "Namespace", "maskwire")[0].metadata.name = "masking";
      for (const { metadata } of objects) if (metadata.namespace === "maskwire") metadata.namespace = "masking";
    },
    finds: /publish: raw\/.* to masking\/maskwire:8080 is blocked by egress: no rule of raw\/.*\[flow-blocked\]/,
  },
  {
    name: "a producer on the host network",
    change: (objects) => objects.push(pod("raw", "collector", PRODUCER, { hostNetwork: true })),
    finds: /^leak .*raw\/collector - /m,
  },
  {
    name: "a relay in another namespace reads the raw broker and sends on",
    change: (objects) => {
      const relay = {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shared" } },
        podSelector: { matchLabels: { app: "relay" } },
      };
      objects.push(
        namespace("shared"),
        pod("shared", "relay", { app: "relay" }),
        pod("raw", "broker", BROKER),
        pod("masked", "web", SUBSCRIBER),
        policy("raw", "broker-ingress", {
          podSelector: { matchLabels: BROKER },
          policyTypes: ["Ingress"],
          ingress: [{ from: [relay], ports: [{ port: 4222 }] }],
        }),
        policy("masked", "from-relay", {
          podSelector: { matchLabels: SUBSCRIBER },
          policyTypes: ["Ingress"],
          ingress: [{ from: [relay] }],
        }),
      );
    },
    finds: /^leak .*raw\/broker - shared\/relay - masked\/web \(masked/m,
  },
  {
    name: "one broker for raw and masked",
    change: (objects) => {
      objects.push(
        namespace("shared"),
        pod("shared", "nats", { app: "nats" }),
        policy("raw", "to-nats", {
          podSelector: { matchLabels: PRODUCER },
          policyTypes: ["Egress"],
          egress: TO_MASKED_BROKER,
        }),
        policy("masked", "to-nats", {
          podSelector: { matchLabels: SUBSCRIBER },
          policyTypes: ["Egress"],
          egress: TO_MASKED_BROKER,
        }),
      );
    },
    finds: /^leak .*raw\/.* - shared\/nats - masked\/.* \(masked/m,
  },
  {
    name: "the masker may dial everybody",
    change: (objects) =>
      objects.push(
        policy("maskwire", "out", {
          podSelector: {},
          policyTypes: ["Egress"],
          egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
        }),
      ),
    finds: /^leak .*maskwire\/maskwire - .* \(untrusted/m,
  },
  {
    name: "the masker may dial the metadata service",
    change: (objects) =>
      objects.push(
        policy("maskwire", "out", {
          podSelector: {},
          policyTypes: ["Egress"],
          egress: [{ to: [{ ipBlock: { cidr: "169.254.0.0/16" } }] }],
        }),
      ),
    finds: /^leak .*maskwire\/maskwire - 169\.254\.\d+\.\d+ /m,
  },
  {
    name: "subscribers may publish",
    change: (objects) => {
      specOf(policyIn(objects, "maskwire", "maskwire-publish")).ingress.push({
        from: [
          {
            namespaceSelector: { matchLabels: { "maskwire.dev/zone": "masked" } },
            podSelector: { matchLabels: SUBSCRIBER },
          },
        ],
        ports: [{ port: 8080 }],
      });
      specOf(policyIn(objects, "masked", "subscriber-to-maskwire")).egress[0].ports.push({ port: 8080 });
    },
    finds: /masked\/.* may open TCP 8080 \[wrong-door\]/,
    verdict: "PROVED",
  },
  {
    name: "two items where one was meant let every pod of a raw namespace publish, which is no leak",
    change: (objects) => {
      const [rule] = specOf(policyIn(objects, "maskwire", "maskwire-publish")).ingress;
      const [{ namespaceSelector, podSelector }] = rule.from;
      rule.from = [{ namespaceSelector: namespaceSelector ?? {} }, { podSelector: podSelector ?? {} }];
    },
    verdict: "PROVED",
    finds: /^PROVED/,
  },
];

export const SHARED_BROKER: Conduit = {
  name: "shared broker",
  reason: "accounts keep raw and masked subjects apart",
  to: {
    namespaces: [{ key: NAMESPACE_NAME, operator: "In", values: ["shared"] }],
    pods: [],
  },
  ports: portSet("TCP", [{ first: 4222, last: 4222 }]),
};

export const ADMITS_BY_LABEL: Mutant["change"] = (objects) => {
  objects.push(
    pod("raw", "broker", BROKER),
    policy("raw", "broker-ingress", {
      podSelector: { matchLabels: BROKER },
      policyTypes: ["Ingress"],
      ingress: [
        { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { "app.kubernetes.io/name": "maskwire" } } }] },
      ],
    }),
  );
};
