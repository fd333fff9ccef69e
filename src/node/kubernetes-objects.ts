/**
 * Kubernetes objects out of YAML or JSON text, each part with its line.
 *
 * Owns documents, lists and lines. Judges no object. The parser's own messages quote the text (a Secret, perhaps) and
 * are never passed on: a problem is a place and a constant sentence.
 */
import { isMap, isNode, isPair, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from "yaml";
import { kubernetesObject, type KubernetesObject, type Path, type Place } from "../kubernetes/index.ts";

export interface ReadProblem extends Place {
  readonly text: string;
}

export interface ReadObjects {
  readonly objects: readonly KubernetesObject[];
  readonly problems: readonly ReadProblem[];
}

const ALIAS_LIMIT = 100;

export function readObjects(text: string, file: string): ReadObjects {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const objects: KubernetesObject[] = [];
  const problems: ReadProblem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const [error] = document.errors;
    const placeAt = (offset: number): Place => ({ file, line: lines.linePos(offset).line });
    if (error !== undefined) {
      problems.push({ ...placeAt(error.pos[0]), text: "this document is not YAML: correct it from this line on" });
      continue;
    }
    if (document.contents === null) continue;
    const first = placeAt(document.contents.range?.[0] ?? 0);
    const value = valueOf(document);
    if (value === undefined) {
      problems.push({ ...first, text: `more than ${ALIAS_LIMIT} uses of one alias: write the parts out` });
      continue;
    }
    const found = itemsOf(value).map(({ path, item }) =>
      kubernetesObject(item, (part) => placeAt(offsetOf(document, [...path, ...part]))),
    );
    for (const object of found) {
      if (object.apiVersion !== "" && object.kind !== "") objects.push(object);
      else problems.push({ ...object.placeOf([]), text: "no Kubernetes object: apiVersion and kind are missing" });
    }
  }
  return { objects, problems };
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIAS_LIMIT }) as unknown;
  } catch {
    return undefined;
  }
}

interface Item {
  readonly path: Path;
  readonly item: unknown;
}

/**
 * `kubectl get -o yaml` prints one `List` with all objects in `items`; the API's own answer is a `PodList` (and so on)
 * whose items do not repeat their kind.
 */
function itemsOf(value: unknown): Item[] {
  const { apiVersion, kind, items } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown; items?: unknown };
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) return [{ path: [], item: value }];
  const own = kind.slice(0, -"List".length);
  const implied = own === "" ? {} : { apiVersion, kind: own };
  return items.map((item: unknown, index) => ({
    path: ["items", index],
    item: typeof item === "object" && item !== null ? { ...implied, ...item } : item,
  }));
}

/** Where the part stands: its key in a map, itself in a list; of the nearest part around it that is there. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isNode(item.key) && item.key.toJSON() === key);
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === "number") {
      const item: unknown = node.items[key];
      if (item === undefined) break;
      offset = startOf(item) ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}
