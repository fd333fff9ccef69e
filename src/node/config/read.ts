/**
 * Turns the text of maskwire.yaml into a checked configuration, or into every problem with its line and column.
 *
 * Owns YAML and cross-checks between keys. Never opens a file, reads a variable, or repeats a value in a problem.
 */
import { LineCounter, parseDocument, isMap, isNode, isScalar, type Document } from "yaml";
import { withPacks } from "../../core/detectors/index.ts";
import { DENIED, entitiesOf, PACK_NAMES, type PolicySpec } from "../../core/index.ts";
import { parseFieldPath } from "../../core/field-path.ts";
import type { Viewed } from "../../server/config/config.ts";
import { extendPolicy, FAULT_TEXTS, findExtendsFault, type PolicyConfig } from "../../server/config/extend-policy.ts";
import { parseEndpoint } from "../../server/lifecycle/canary.ts";
import { DEFAULT_VIEW } from "../../server/feeds/feed.ts";
import { httpUrlOf, isUpstreamUrl } from "../../server/relays/upstream.ts";
import { ANY_ORIGIN } from "../../server/http/request.ts";
import { explainIssue } from "./explain.ts";
import type { ConfigProblem } from "./problem.ts";
import { checkProxies } from "./proxy-check.ts";
import { NOTHING_SPOILT, notSpoilt, type Spoilt, withHeirs, withoutFaults } from "./rest.ts";
import { configSchema, type FileConfig } from "./schema.ts";
import { checkNats } from "./nats-check.ts";
import { suggest } from "./suggest.ts";
import { checkZones } from "./zone-check.ts";

const ALIAS_LIMIT = 100;
const HANDSHAKE_HEADER = "is written by the handshake itself; sub-protocols go in `protocols`";

/** The YAML mistakes that people make, by the parser's code; its own sentences quote the file. */
const YAML_TEXTS: Readonly<Record<string, string>> = {
  BAD_INDENT: "the indentation does not match the lines above, or a bracket there is not closed",
  DUPLICATE_KEY: "this key stands twice; keep one",
  MULTIPLE_DOCS: "write one document; remove `---` and what follows",
  TAB_AS_INDENT: "indent with spaces, not with a tab",
  TAG_RESOLVE_FAILED: "tags (`!…`) are not allowed",
  UNEXPECTED_TOKEN: "YAML does not allow this here",
  MISSING_CHAR: "a quote, bracket or comma is missing",
  BLOCK_AS_IMPLICIT_KEY: "put a nested mapping on its own lines",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line; is a `:` or a quote missing?",
};

type FileIssuer = NonNullable<FileConfig["auth"]>["issuers"][number];

type Path = readonly PropertyKey[];

interface Source {
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A configuration that holds, or all that is wrong with it and what holds all the same. */
export type Reading =
  | { readonly ok: true; readonly value: FileConfig }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly rest?: RestOfFile };

interface RestOfFile {
  readonly config: FileConfig;
  readonly spoilt: Spoilt;
}

/** An empty text is the default configuration. `name` is how problems call the file. */
export function readConfig(text: string, name: string): Reading {
  const source = parse(text, name);
  const { document } = source;
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return {
      ok: false,
      problems: faults.map((fault) =>
        problemAt(source, fault.pos[0], "", YAML_TEXTS[fault.code] ?? "is not valid YAML"),
      ),
    };
  }
  const plain = toPlain(document);
  if (plain === undefined) return { ok: false, problems: [problemAt(source, 0, "", "too many aliases (`*name`)")] };
  const parsed = configSchema.safeParse(plain.value ?? {}, { reportInput: true });
  if (!parsed.success) {
    const explained = parsed.error.issues.flatMap(explainIssue);
    const problems = explained.map((one) => problem(source, one.path, one.text, one.isKey));
    const rest = restOf(
      plain.value,
      explained.map(({ path }) => path),
    );
    if (rest === undefined) return { ok: false, problems };
    return { ok: false, problems: [...problems, ...notSpoilt(rest.spoilt, crossCheck(source, rest))], rest };
  }
  const held = { config: parsed.data, spoilt: NOTHING_SPOILT };
  const problems = crossCheck(source, held);
  return problems.length > 0 ? { ok: false, problems, rest: held } : { ok: true, value: parsed.data };
}

function restOf(value: unknown, faults: readonly Path[]): RestOfFile | undefined {
  const { plain, spoilt } = withoutFaults(value, faults);
  const parsed = configSchema.safeParse(plain);
  return parsed.success ? { config: parsed.data, spoilt: withHeirs(spoilt, parsed.data.policies) } : undefined;
}

/** A problem that was found later, with the place in the text of the value at this path. */
export function problemIn(
  file: { readonly text: string; readonly name: string },
  path: Path,
  text: string,
): ConfigProblem {
  return problem(parse(file.text, file.name), path, text);
}

function parse(text: string, name: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
  return { name, document, lines };
}

function toPlain(document: Document): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: ALIAS_LIMIT }) as unknown };
  } catch {
    return undefined;
  }
}

function crossCheck(source: Source, { config, spoilt }: RestOfFile): ConfigProblem[] {
  return [
    ...Object.keys(config.policies).flatMap((name) => [
      ...checkExtends(source, config, name),
      ...checkEntities(source, config, name),
      ...checkPaths(source, config, name),
      ...checkRemote(source, config, name),
    ]),
    ...Object.entries(config.remoteDetectors ?? {}).flatMap(([name, remote]) =>
      checkUrl(source, ["remoteDetectors", name, "url"], remote),
    ),
    ...(config.auth?.issuers ?? []).flatMap((issuer, index) => checkIssuer(source, ["auth", "issuers", index], issuer)),
    ...(spoilt.isWhole ? checkWhole(source, config) : []),
    ...Object.entries(config.feeds).flatMap(([name, feed]) =>
      checkViews(source, config, { at: ["feeds", name], of: feed }),
    ),
    ...Object.entries(config.relays).flatMap(([name, relay]) => [
      ...checkViews(source, config, { at: ["relays", name], of: relay }),
      ...checkRelayUrl(source, name, relay),
    ]),
  ];
}

/** What keys of the file say together. */
function checkWhole(source: Source, config: FileConfig): ConfigProblem[] {
  return [
    ...checkAnybody(source, config),
    ...checkCanary(source, config),
    ...[...checkZones(config), ...checkNats(config), ...checkProxies(config)].map(({ path, text }) =>
      problem(source, path, text),
    ),
  ];
}

function checkViews(source: Source, config: FileConfig, { at, of }: { at: Path; of: Viewed }): ConfigProblem[] {
  const named = Object.entries(of.views);
  return [
    ...checkPolicyName(source, config, { path: [...at, "policy"], policy: of.policy }),
    ...named.flatMap(([view, policy]) => checkPolicyName(source, config, { path: [...at, "views", view], policy })),
    ...named
      .filter(([view]) => view === DEFAULT_VIEW)
      .map(([view]) =>
        problem(source, [...at, "views", view], "is the view of `policy`; change that, or choose another name", true),
      ),
  ];
}

function checkPolicyName(source: Source, config: FileConfig, use: { path: Path; policy: string }): ConfigProblem[] {
  const known = Object.keys(allPolicies(config));
  if (known.includes(use.policy)) return [];
  const near = suggest(use.policy, known);
  const hint = near === undefined ? `known: ${known.join(", ")}` : `did you mean \`${near}\`?`;
  return [problem(source, use.path, `no such policy; ${hint}`)];
}

function allPolicies({ policies }: FileConfig): Readonly<Record<string, PolicyConfig>> {
  return { default: {}, ...policies };
}

function checkExtends(source: Source, config: FileConfig, name: string): ConfigProblem[] {
  const { extends: base } = config.policies[name];
  if (base === undefined) return [];
  const path = ["policies", name, "extends"];
  const all = allPolicies(config);
  // A fault further down is that policy's.
  if (!Object.hasOwn(all, base)) return checkPolicyName(source, config, { path, policy: base });
  return findExtendsFault(all, name) === "cycle" ? [problem(source, path, FAULT_TEXTS.cycle)] : [];
}

/** A rule may be for what a policy further down looks for. */
function checkEntities(source: Source, config: FileConfig, name: string): ConfigProblem[] {
  const all = allPolicies(config);
  if (findExtendsFault(all, name) !== undefined) return [];
  const policy = config.policies[name];
  const whole = extendPolicy(all, name);
  const own = (whole.detectors ?? []).map((detector) => detector.entity);
  const denied = whole.deny === undefined ? [] : [DENIED];
  const { packs = [] } = whole;
  const remote = remoteOf(config, whole);
  const known = [...new Set([...withPacks(packs).map((detector) => detector.entity), ...own, ...denied, ...remote])];
  const lookedFor =
    whole.entities === undefined ? known : [...whole.entities, ...entitiesOf(packs), ...denied, ...remote];
  const listed = (policy?.entities ?? []).map((entity, index) => ({ entity, path: ["entities", index], isKey: false }));
  const keyed = Object.keys(policy?.operators ?? {}).map((entity) => ({
    entity,
    path: ["operators", entity],
    isKey: true,
  }));
  const bare = Object.keys(policy?.requireContext ?? {}).map((entity) => ({
    entity,
    path: ["requireContext", entity],
    isKey: true,
  }));
  return [...listed, ...keyed, ...bare].flatMap(({ entity, path, isKey }) => {
    if (entity === "default" || (known.includes(entity) && lookedFor.includes(entity))) return [];
    const near = suggest(entity, known);
    const pack = PACK_NAMES.find((one) => entitiesOf([one]).includes(entity));
    const guess = near === undefined ? `known: ${known.join(", ")}` : `did you mean \`${near}\`?`;
    const hint = pack === undefined ? guess : `write \`packs: [${pack}]\` to look for it`;
    // A rule for an entity that nobody looks for would never take effect.
    const text = known.includes(entity) ? "never takes effect: `entities` leaves it out" : `no such entity; ${hint}`;
    return [problem(source, ["policies", name, ...path], text, isKey)];
  });
}

/** What the remote detectors of a policy may find. */
function remoteOf({ remoteDetectors = {} }: FileConfig, { remoteDetectors: names = [] }: PolicySpec): string[] {
  return names.flatMap((name) => Object.values(remoteDetectors[name]?.entities ?? {}));
}

function checkRemote(source: Source, { policies, remoteDetectors = {} }: FileConfig, name: string): ConfigProblem[] {
  const known = Object.keys(remoteDetectors);
  return (policies[name].remoteDetectors ?? []).flatMap((asked, index) => {
    if (known.includes(asked)) return [];
    const near = suggest(asked, known);
    const guess = near === undefined ? `known: ${known.join(", ")}` : `did you mean \`${near}\`?`;
    const hint = known.length === 0 ? "name it under `remoteDetectors` at the top of the file" : guess;
    return [problem(source, ["policies", name, "remoteDetectors", index], `no such remote detector; ${hint}`)];
  });
}

function checkPaths(source: Source, config: FileConfig, name: string): ConfigProblem[] {
  const { fields = {}, only = [], except = [] } = config.policies[name];
  const written = [
    ...Object.keys(fields).map((path) => ({ path, at: ["fields", path], isKey: true })),
    ...only.map((path, index) => ({ path, at: ["only", index], isKey: false })),
    ...except.map((path, index) => ({ path, at: ["except", index], isKey: false })),
  ];
  return written.flatMap(({ path, at, isKey }) => {
    const parsed = parseFieldPath(path);
    return parsed.ok ? [] : [problem(source, ["policies", name, ...at], parsed.reason, isKey)];
  });
}

function checkIssuer(source: Source, path: Path, issuer: FileIssuer): ConfigProblem[] {
  const { algorithms, jwksUrl, jwksFile, secretFile } = issuer;
  const isSecret = algorithms.every((algorithm) => algorithm.startsWith("HS"));
  const say = (key: string, text: string): ConfigProblem[] => [problem(source, [...path, key], text)];
  if (!isSecret && algorithms.some((algorithm) => algorithm.startsWith("HS")))
    return say("algorithms", "HS ones go with a secret and others with public keys; make two issuers of it");
  if (isSecret && (jwksUrl !== undefined || jwksFile !== undefined))
    return say(
      "algorithms",
      "HS ones go with a secret, in secretFile or MASKWIRE_JWT_SECRET_FILE; remove the public keys",
    );
  if (!isSecret && secretFile !== undefined)
    return say("secretFile", "is for HS algorithms; these go with public keys: write jwksUrl or jwksFile");
  if (!isSecret && (jwksUrl === undefined) === (jwksFile === undefined))
    return say("algorithms", "need public keys: write one of jwksUrl and jwksFile");
  if (jwksUrl !== undefined && !isUpstreamUrl(jwksUrl, false))
    return say("jwksUrl", "write a URL that starts with https://, without user name and password");
  return [];
}

/** A door without anybody who may come in is a mistake, and so is one that says it is open. */
function checkAnybody(source: Source, { auth, listeners, allowedOrigins }: FileConfig): ConfigProblem[] {
  if (auth === undefined) return [];
  const any = allowedOrigins.indexOf(ANY_ORIGIN);
  const anyOrigin =
    any < 0
      ? []
      : [problem(source, ["allowedOrigins", any], "goes without `auth` only; name the origins of its pages")];
  const nobody =
    auth.issuers.length + auth.apiKeys.length === 0
      ? [problem(source, ["auth"], "lets nobody in; name issuers or apiKeys", true)]
      : [];
  const open = (["publish", "subscribe"] as const).filter((name) => listeners[name].unsafeNoAuthentication);
  return [
    ...nobody,
    ...anyOrigin,
    ...open.map((name) =>
      problem(source, ["listeners", name, "unsafeNoAuthentication"], "`auth` asks for tokens here; remove this line"),
    ),
  ];
}

/** One program has both ports: two hosts, or one port, would say nothing about policies. */
function checkCanary(source: Source, { canary }: FileConfig): ConfigProblem[] {
  if (canary === undefined) return [];
  const keys = ["control", "forbidden"] as const;
  const bad = keys.filter((key) => parseEndpoint(canary[key]) === undefined);
  const say = (key: string, text: string): ConfigProblem => problem(source, ["canary", key], text);
  if (bad.length > 0)
    return bad.map((key) => say(key, "write host:port, such as maskwire-canary.maskwire.svc:7080, or [::1]:7080"));
  const [control, forbidden] = keys.map((key) => parseEndpoint(canary[key]));
  if (control?.host !== forbidden?.host) return [say("forbidden", "write the host of `control` and another port")];
  return control?.listenPort === forbidden?.listenPort ? [say("forbidden", "write another port than `control`")] : [];
}

interface Dialled {
  readonly url: string;
  readonly unsafePlaintext: boolean;
}

function checkRelayUrl(source: Source, name: string, relay: FileConfig["relays"][string]): ConfigProblem[] {
  const path = ["relays", name];
  const url = httpUrlOf(relay.url);
  const isSocket = url !== relay.url;
  const named = Object.keys(relay.headers).filter((header) =>
    /^(?:sec-websocket-.*|connection|upgrade)$/i.test(header),
  );
  if (isSocket && named.length > 0)
    return [problem(source, [...path, "headers", named[0] ?? ""], HANDSHAKE_HEADER, true)];
  for (const key of ["protocols", "binary"] as const)
    if (!isSocket && relay[key] !== undefined)
      return [problem(source, [...path, key], "goes with a url that starts with wss://", true)];
  if (isSocket && !relay.unsafePlaintext && URL.canParse(url) && new URL(url).protocol === "http:")
    return [problem(source, [...path, "url"], "write wss://, or add `unsafePlaintext: true` beside the url")];
  return checkUrl(source, [...path, "url"], { ...relay, url });
}

function checkUrl(source: Source, path: Path, relay: Dialled): ConfigProblem[] {
  const say = (text: string): ConfigProblem[] => [problem(source, path, text)];
  if (!URL.canParse(relay.url)) return say("write a whole URL, such as https://example.com/events");
  const url = new URL(relay.url);
  if (url.username !== "" || url.password !== "") return say("no user name or password here; use `headers`");
  if (url.hash !== "") return say("remove the part after `#`");
  if (url.protocol === "https:") return [];
  if (url.protocol !== "http:") return say("write a URL that starts with https://");
  return relay.unsafePlaintext ? [] : say("write https://, or add `unsafePlaintext: true` beside the url");
}

function problem(source: Source, path: Path, text: string, isKey = false): ConfigProblem {
  return problemAt(source, offsetOf(source.document, path, isKey), path.map(String).join("."), text);
}

function problemAt(source: Source, offset: number, path: string, text: string): ConfigProblem {
  const { line, col } = source.lines.linePos(offset);
  return { source: source.name, line: Math.max(line, 1), column: Math.max(col, 1), path, text };
}

/** Where the value (or the key) at this path starts; for one that is missing, where its parent starts. */
function offsetOf(document: Document, path: Path, isKey: boolean): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
      const node = isKey || !isNode(pair?.value) ? pair?.key : pair.value;
      if (isNode(node) && node.range) return node.range[0];
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
