/**
 * Says in words what the schema found, and what to write instead.
 *
 * Owns the sentences. They quote key names and ranges, never a value: a value may be a secret.
 */
import { z } from "zod";
import { OPERATOR_KINDS } from "../../core/index.ts";
import { mayBeUnlimited, UNLIMITED } from "../../server/config/unlimited.ts";
import { configSchema } from "./schema.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;
type SchemaNode = z.core.JSONSchema.BaseSchema;

export interface Explained {
  readonly path: readonly PropertyKey[];
  /** True when the key is what is wrong, not the value behind it. */
  readonly isKey: boolean;
  readonly text: string;
}

const SECRET_NAME = /key|secret|salt/i;
const KEY_REFUSED =
  "the root key never stands in the configuration; set MASKWIRE_KEY_FILE (or MASKWIRE_KEY) and remove this line";

const OBJECT_NAME_TEXT = "write 1 to 63 of the characters a-z 0-9 and, inside, -";
const LABEL_TEXT = "write a label of Kubernetes: 1 to 63 of the characters a-z A-Z 0-9 and, inside, . _ -";

const NAME_TEXT = "write 1 to 64 of the characters a-z A-Z 0-9 . _ -";

/** The one choice of shapes that there is: `auth.issuers[*].audience`. */
const UNION_TEXT = "write a text, or a list of texts";

/** What each pattern of the schema asks for, by the last fixed key above the value; each has one by its own key or the next above. */
const PATTERN_TEXTS: Readonly<Record<string, string>> = {
  apiKeys: NAME_TEXT,
  entity: "write a name in capitals, such as ORDER_ID",
  feed: "a feed name is 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  group: "write 1 to 64 of the characters a-z A-Z 0-9 _ -",
  ingest: NAME_TEXT,
  // Beside the `subject` of an operator.
  "ingest.subject": "write a subject of NATS, such as shop.orders.>",
  language: "write a language such as en or pt-BR",
  prefix: "write 1 to 32 of the characters a-z A-Z 0-9 -",
  remoteDetectors: NAME_TEXT,
  responseHeaders: "write names of headers in small letters",
  servers: "write nats:// or tls://, a host, and a port unless it is 4222",
  stream: "write 1 to 64 of the characters a-z A-Z 0-9 _ -",
  strictness: "write names of views, which are 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  views: "names of views and of their policies are 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  brokers: OBJECT_NAME_TEXT,
  labels: LABEL_TEXT,
  namespace: OBJECT_NAME_TEXT,
  role: LABEL_TEXT,
  upstreams: OBJECT_NAME_TEXT,
  allowedOrigins: "write an origin such as https://app.example.com, without a path, or *",
  ...hintsOf(OPERATOR_KINDS),
  entities: "write entity names in capitals, such as EMAIL",
  extends: "a policy name is 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  eventTypes: "write 1 to 128 characters without a line break",
  feeds: "a feed name is 1 to 64 of the characters a-z A-Z 0-9 . _ -, or *",
  headers: "header names are tokens and values printable ASCII",
  protocols: "sub-protocols are tokens, such as graphql-transport-ws",
  host: "write an IP address or a host name",
  operators: "write an entity in capitals, such as EMAIL, or `default`",
  policies: "a policy name is 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  policy: "a policy name is 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  tenant: "write 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  sha256: "write the 64 hex digits that `maskwire token key` prints",
  requireContext: "write an entity in capitals, such as CA_SIN",
  relays: "a relay name is 1 to 64 of the characters a-z A-Z 0-9 . _ -",
};

function hintsOf(kinds: typeof OPERATOR_KINDS): Record<string, string> {
  const rules = kinds.flatMap(({ options }) => Object.entries(options));
  return Object.fromEntries(
    rules.flatMap(([name, rule]) => (rule.kind === "text" ? [[name, `write ${rule.hint}`]] : [])),
  );
}

/** One issue becomes one sentence, or several where it names several keys. */
export function explainIssue(issue: Issue): Explained[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...issue.path, key], isKey: true, text: explainKey(issue.path, key) }));
  }
  return [{ path: issue.path, isKey: issue.code === "invalid_key", text: explainValue(issue) }];
}

function explainKey(path: readonly PropertyKey[], key: string): string {
  const allowed = keysAt(path);
  const near = suggest(key, allowed);
  if (near !== undefined) return `unknown key; did you mean \`${near}\`?`;
  if (path.length === 0 && SECRET_NAME.test(key)) return KEY_REFUSED;
  return `unknown key; known here: ${allowed.join(", ")}`;
}

function explainValue(issue: Issue): string {
  const [place, name] = issue.path.map(String);
  if (place !== "limits" || name === undefined) return explainPlain(issue);
  if (mayBeUnlimited(name)) return `${explainPlain(issue)}; for no limit write \`${UNLIMITED}\``;
  // The only value that is looked at: the word says nothing but itself.
  return issue.input === UNLIMITED ? explainUnlimited(issue.path) : explainPlain(issue);
}

function explainPlain(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? `is missing; write ${article(issue.expected)}`
        : `write ${isOperator(issue) ? "a mapping such as { operator: redact }" : article(issue.expected)}; nothing is converted`;
    case "too_small":
      return issue.origin === "array" || issue.origin === "string"
        ? "must not be empty"
        : `must be at least ${String(issue.minimum)}`;
    case "too_big":
      return issue.origin === "string" ? "is too long" : `must be at most ${String(issue.maximum)}`;
    case "invalid_value":
      return `${issue.input === undefined ? "is missing; " : ""}write one of: ${issue.values.join(", ")}`;
    case "invalid_union":
      if (issue.path[0] === "limits") return issue.errors[0].map(explainPlain).join();
      return choicesOf(issue).length === 0 ? UNION_TEXT : `write one of: ${choicesOf(issue).join(", ")}`;
    case "invalid_format":
    case "invalid_key":
      // A key that is refused is the file's, and may be one of ours by accident.
      return patternText(issue.code === "invalid_key" ? issue.path.slice(0, -1) : issue.path);
    case "custom":
      return issue.message;
    default:
      return "is not valid here";
  }
}

/** Where the name alone is what people write: `EMAIL: redact`. */
function isOperator({ path }: Issue): boolean {
  return path[0] === "policies" && (path.at(-2) === "operators" || path.at(-2) === "fields");
}

/** `unlimited` where a limit has to have an end. */
function explainUnlimited(path: readonly PropertyKey[]): string {
  const [{ minimum, maximum } = {}] = nodesAt(path);
  const bounds = String(path.at(-1)).endsWith("Bytes") ? "bounds memory or storage and " : "";
  return `${bounds}is never \`${UNLIMITED}\`; write a number from ${minimum} to ${maximum}`;
}

function article(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    array: "a list",
    boolean: "true or false",
    int: "a whole number",
    number: "a number",
    object: "a mapping of keys to values",
    record: "a mapping of names to values",
    string: "a text (in quotes when it looks like a number)",
  };
  return words[expected] ?? expected;
}

function patternText(path: readonly PropertyKey[]): string {
  const names = path.map(String);
  const key = names.findLast((name) => Object.hasOwn(PATTERN_TEXTS, name)) ?? "";
  return PATTERN_TEXTS[`${names[0]}.${key}`] ?? PATTERN_TEXTS[key] ?? "is not in the expected form";
}

function choicesOf(issue: z.core.$ZodIssueInvalidUnion): string[] {
  return "options" in issue ? (issue.options ?? []).map(String) : [];
}

/** The keys that the schema allows at this path; of a choice, the keys of every branch. */
function keysAt(path: readonly PropertyKey[]): string[] {
  return [
    ...new Set(
      nodesAt(path)
        .flatMap(branchesOf)
        .flatMap((node) => Object.keys(node.properties ?? {})),
    ),
  ];
}

function nodesAt(path: readonly PropertyKey[]): SchemaNode[] {
  let nodes: SchemaNode[] = [z.toJSONSchema(configSchema, { io: "input" })];
  for (const key of path) nodes = nodes.flatMap((node) => childrenOf(node, String(key)));
  return nodes;
}

function childrenOf(node: SchemaNode, key: string): SchemaNode[] {
  return branchesOf(node).flatMap((branch) => {
    const child = branch.properties?.[key] ?? branch.additionalProperties ?? branch.items;
    return typeof child === "object" && !Array.isArray(child) ? [child] : [];
  });
}

function branchesOf(node: SchemaNode): SchemaNode[] {
  const branches = node.oneOf ?? node.anyOf;
  return branches === undefined ? [node] : branches.filter((branch) => typeof branch === "object");
}
