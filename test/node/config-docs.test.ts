import { describe, expect, it } from "vitest";
import { z } from "zod";
import { VARIABLES } from "../../src/node/config/environment.ts";
import { configSchema } from "../../src/node/config/schema.ts";

const SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | false;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
}

interface Row {
  readonly path: string;
  readonly node: Node;
}

const jsonSchema = z.toJSONSchema(configSchema, { io: "input" }) as Node;

/** Every key with a value of its own; `<name>` stands for a name that the file chooses, `[]` for each of a list. */
function listKeys(node: Node, path: string): Row[] {
  if (node.oneOf !== undefined) return node.oneOf.flatMap((branch) => listBranch(branch, path));
  const named = Object.entries(node.properties ?? {}).map(([key, child]) => ({ path: `${path}.${key}`, node: child }));
  const any = node.additionalProperties ? [{ path: `${path}.<name>`, node: node.additionalProperties }] : [];
  const children = [...named, ...any];
  if (children.length === 0) {
    const isOfObjects = node.items?.properties !== undefined;
    return [{ path: path.slice(1), node }, ...(isOfObjects ? listKeys(node.items, `${path}[]`) : [])];
  }
  return children.flatMap((child) => listKeys(child.node, child.path));
}

function listBranch(branch: Node, path: string): Row[] {
  const properties = Object.entries(branch.properties ?? {});
  const word = properties.find(([, node]) => node.const !== undefined)?.[1].const;
  return properties.map(([key, node]) => {
    const condition = node.const === undefined ? ` (${word})` : "";
    return { path: `${path}.${key}${condition}`.slice(1), node };
  });
}

function describeValue({ type = "", enum: choices, const: only, minimum, maximum, items, anyOf }: Node): string {
  if (anyOf !== undefined) return anyOf.map(describeValue).join(", or ");
  if (only !== undefined) return `\`${only}\``;
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(", ");
  if (minimum !== undefined && maximum !== undefined) {
    return `${minimum.toLocaleString("en-US")} to ${maximum.toLocaleString("en-US")}`;
  }
  if (items?.enum !== undefined) return `list of ${describeValue(items)}`;
  return items === undefined ? type : `list of ${items.type}`;
}

function renderTable(): string {
  const rows = listKeys(jsonSchema, "").map(({ path, node }) => {
    const preset = node.default === undefined ? "" : `\`${JSON.stringify(node.default)}\``;
    return `| \`${path}\` | ${describeValue(node)} | ${preset} | ${node.description ?? ""} |`;
  });
  const variables = Object.entries(VARIABLES).map(
    ([name, { form, description }]) => `| \`${name}\` | ${form} | ${description} |`,
  );
  return [
    "# Configuration",
    "",
    "Generated from `src/node/config` by `test/node/config-docs.test.ts`; change the schema, then run the test with `-u`.",
    "",
    "`maskwire serve --config maskwire.yaml` reads one YAML file; `maskwire check --config maskwire.yaml` tells every",
    "mistake with line and column. Unknown keys are refused and nothing is converted. [maskwire.schema.json](maskwire.schema.json)",
    "is the same as JSON Schema, for editors. Without a file: loopback only, any feed name, the default policy.",
    "",
    "```yaml",
    "policies:",
    "  support: { operators: { CREDIT_CARD: { operator: mask, keepLast: 4 } } }",
    "feeds:",
    "  orders: { policy: support, eventTypes: [created, paid] }",
    "  tickets: {}",
    "relays:",
    '  shop: { url: "https://shop.example.com/events", headers: { authorization: "Bearer a-token" } }',
    "limits: { heartbeatMs: 20000 }",
    "```",
    "",
    "## Keys",
    "",
    "`<name>` is a name of your choice, `[]` each entry of a list. Files and folders are found from the folder of this file.",
    "",
    "| key | value | default | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
    "## Variables",
    "",
    "What a container sets. A flag wins over a variable, a variable over the file. An unknown `MASKWIRE_` name is refused;",
    "in Kubernetes set `enableServiceLinks: false`, or the cluster invents some.",
    "",
    "| variable | value | meaning |",
    "|---|---|---|",
    ...variables,
    "",
  ].join("\n");
}

describe("the documentation of the configuration", () => {
  it("is the schema", async () => {
    const text = `${JSON.stringify({ $schema: SCHEMA_ID, title: "maskwire.yaml", ...jsonSchema }, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../docs/maskwire.schema.json");
    await expect(renderTable()).toMatchFileSnapshot("../../docs/config.md");
  });
});
