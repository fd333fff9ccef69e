/**
 * A Helm chart of the objects that the overlay `demo` has, with the few values that no configuration can know.
 *
 * Owns what is a value: image, DNS of the cluster, and objects of the user's own. All else stands as it was rendered.
 */
import { COMPONENTS, dnsRules, type Component } from "./components.ts";
import { applyPatch } from "./patch.ts";
import { APP, CONFIG_NAME, ownObject, type Document, type KubernetesObject, type Plan } from "./plan.ts";
import { denialPolicies, maskerPolicies } from "./policies.ts";
import {
  accountDocument,
  budgetDocument,
  claimDocuments,
  deploymentDocument,
  namespaceDocument,
  serviceDocuments,
} from "./workload.ts";
import { printComment, printYaml, type Json } from "./yaml.ts";

/** Stand where a template goes; no object has these words. */
const IMAGE_MARK = "MASKWIRE_CHART_IMAGE";
const DNS_MARK = "MASKWIRE_CHART_DNS";
const DNS_VARIANTS = ["coredns", "openshift", "nodelocal"] as const;
const GENERATED = "Printed by `maskwire manifests --target helm`: change the configuration and print again.";

/** Path to text. */
export function printChart(plan: Plan): Record<string, string> {
  return {
    "Chart.yaml": printComment(GENERATED) + printYaml(chartOf(plan)),
    "values.yaml": VALUES.replace("VERSION", plan.version),
    "templates/_helpers.tpl": printHelpers(),
    "templates/maskwire.yaml": printTemplates(plan),
    "templates/extra-objects.yaml": `{{- range .Values.extraObjects }}\n---\n{{ toYaml . }}\n{{- end }}\n`,
  };
}

function chartOf({ version }: Plan): Json {
  return {
    apiVersion: "v2",
    name: APP,
    description: "Masks personal data and secrets in live streams",
    type: "application",
    version,
    appVersion: version,
    kubeVersion: ">=1.30.0-0",
  };
}

const VALUES = `# Zones, listeners, upstreams and policies come from maskwire.yaml and are no values: a value that only one of
# process and policy knew would set them apart.
image:
  repository: ${APP}
  tag: VERSION
  # sha256:… wins over the tag; use it in production.
  digest: ""
# coredns, openshift or nodelocal
dns: coredns
# Objects of your own, as they are.
extraObjects: []
`;

function printHelpers(): string {
  const branches = DNS_VARIANTS.map(
    (variant, index) =>
      `{{- ${index === 0 ? "if" : "else if"} eq .Values.dns "${variant}" }}\n${escaped(printYaml(dnsRules(variant)))}`,
  );
  return `{{- define "maskwire.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag }}{{ end }}
{{- end }}
{{- define "maskwire.dns" -}}
${branches.join("")}{{- else }}
{{- fail "dns: write coredns, openshift or nodelocal" }}
{{- end }}
{{- end }}
`;
}

function printTemplates(plan: Plan): string {
  const documents = documentsOf(plan).map(
    ({ comment = "", object }) => escaped(printComment(comment)) + filled(escaped(printYaml(object))),
  );
  return printComment(GENERATED) + documents.join("---\n");
}

function documentsOf(plan: Plan): Document[] {
  const names = [
    "zone-raw",
    "zone-masked",
    "canary",
    "upstream-cidr",
    ...(plan.needsKey ? ["root-key"] : []),
    "monitoring",
  ];
  const parts = names.flatMap((name) => COMPONENTS[name](plan) ?? []);
  const documents: Document[] = [
    namespaceDocument(APP),
    accountDocument(),
    { object: ownObject("ConfigMap", configName(plan), { data: { "maskwire.yaml": plan.configText } }) },
    ...claimDocuments(plan),
    deploymentDocument(plan),
    ...serviceDocuments(plan),
    budgetDocument(),
    ...denialPolicies(APP),
    ...maskerPolicies(plan),
    ...parts.flatMap(({ files = {} }) => Object.values(files).flat()),
  ];
  return documents.map((document) => ({ ...document, object: marked(plan, patched(document.object, parts)) }));
}

function patched(object: KubernetesObject, parts: readonly Component[]): KubernetesObject {
  return parts
    .flatMap(({ patches = [] }) => patches)
    .filter(({ target }) => target.kind === object.kind && target.name === object.metadata.name)
    .reduce((value, { patch }) => applyPatch(value, patch), object);
}

/** With marks where the values go. */
function marked(plan: Plan, object: KubernetesObject): KubernetesObject {
  const { kind, metadata } = object;
  if (kind === "NetworkPolicy" && metadata.name === "allow-dns")
    return applyPatch(object, [{ op: "replace", path: "/spec/egress", value: DNS_MARK }]);
  if (kind !== "Deployment") return object;
  const text = JSON.stringify(object)
    .replaceAll(`"image":"${APP}:${plan.version}"`, `"image":"${IMAGE_MARK}"`)
    .replaceAll(`"configMap":{"name":"${CONFIG_NAME}"}`, `"configMap":{"name":"${configName(plan)}"}`);
  return JSON.parse(text) as KubernetesObject;
}

/** Another text has another name: a changed configuration rolls the pods. */
function configName({ configHash }: Plan): string {
  return `${CONFIG_NAME}-${configHash}`;
}

/** Braces of a configuration are no template. */
function escaped(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}

function filled(text: string): string {
  return text
    .replaceAll(`image: ${IMAGE_MARK}`, `image: {{ include "maskwire.image" . | quote }}`)
    .replaceAll(/^( *)egress: MASKWIRE_CHART_DNS$/gm, `$1egress:\n{{ include "maskwire.dns" . | trim | indent 4 }}`);
}
