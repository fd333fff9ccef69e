/**
 * What a WebSocket client may say: publish events, resume, or show a fresh token. Anything else is refused whole.
 *
 * Owns the shapes of docs/protocol.md 2.2. The data of an event keeps its own spelling: it is cut out, not rewritten.
 */
import { StreamError } from "../../core/index.ts";
import { rawMembers } from "./raw-json.ts";
import { decodeText, encodeText } from "../text.ts";
import { readTraceparent } from "../telemetry/traceparent.ts";

export interface PublishedEvent {
  readonly event: string;
  readonly data: Uint8Array;
  /** The client's own id of the event. */
  readonly key?: string;
  readonly trace?: string;
}

export interface PublishMessage {
  readonly type: "publish";
  /** The client's own name for this message, given back with the answer. */
  readonly ref: string | undefined;
  readonly events: readonly PublishedEvent[];
}

export interface ResumeMessage {
  readonly type: "resume";
  readonly after: string;
}

export interface TokenMessage {
  readonly type: "token";
  readonly token: string;
}

export type ClientMessage = PublishMessage | ResumeMessage | TokenMessage;

type Members = Readonly<Record<string, string>>;

const REF_LENGTH = 64;

/** @throws StreamError `BAD_MESSAGE`. */
export function parseClientMessage(bytes: Uint8Array): ClientMessage {
  const members = membersOf(decodeText(bytes), ["type", "ref", "events", "after", "token"]);
  const type = stringOf(members["type"]);
  if (type === "resume" && keysAre(members, ["type", "after"])) {
    return { type, after: stringOf(members["after"]) ?? refuse() };
  }
  if (type === "token" && keysAre(members, ["type", "token"])) {
    return { type, token: stringOf(members["token"]) ?? refuse() };
  }
  if (type === "publish" && members["after"] === undefined && members["token"] === undefined) return publishOf(members);
  return refuse();
}

/**
 * The `ref` of a message that was refused, for the refusal to name it: what an acknowledgement would have given back,
 * and nothing else of the message. Undefined where there is none that holds. Never throws; reads the message once more.
 */
export function refOf(bytes: Uint8Array): string | undefined {
  const members = rawMembers(decodeText(bytes));
  if (members === undefined || Array.isArray(members)) return undefined;
  const ref = stringOf((members as Members)["ref"]);
  return isRef(ref) ? ref : undefined;
}

function isRef(ref: string | undefined): ref is string {
  return ref !== undefined && ref.length <= REF_LENGTH;
}

function publishOf(members: Members): PublishMessage {
  const ref = stringOf(members["ref"]);
  if (members["ref"] !== undefined && !isRef(ref)) refuse();
  const list = rawMembers(members["events"] ?? "");
  if (!Array.isArray(list)) refuse();
  return { type: "publish", ref, events: (list as readonly string[]).map(eventOf) };
}

function eventOf(text: string): PublishedEvent {
  const members = membersOf(text, ["key", "event", "data", "traceparent"]);
  const data = members["data"] ?? refuse();
  const key = members["key"] === undefined ? undefined : (stringOf(members["key"]) ?? refuse());
  const event = members["event"] === undefined ? "message" : (stringOf(members["event"]) ?? refuse());
  const traced = members["traceparent"];
  const trace = traced === undefined ? undefined : readTraceparent(stringOf(traced) ?? refuse());
  // A JSON string is text: it is published as its characters, and comes out as a string again.
  const marks = { ...(key === undefined ? {} : { key }), ...(trace === undefined ? {} : { trace }) };
  return { event, data: encodeText(stringOf(data) ?? data), ...marks };
}

/** The raw members of an object that has no others than these. */
function membersOf(text: string, known: readonly string[]): Members {
  const members = rawMembers(text);
  if (members === undefined || Array.isArray(members)) return refuse();
  const object = members as Members;
  return Object.keys(object).every((key) => known.includes(key)) ? object : refuse();
}

function keysAre(members: Members, keys: readonly string[]): boolean {
  return Object.keys(members).length === keys.length && keys.every((key) => members[key] !== undefined);
}

function stringOf(raw: string | undefined): string | undefined {
  return raw?.startsWith('"') === true ? (JSON.parse(raw) as string) : undefined;
}

function refuse(): never {
  throw new StreamError("BAD_MESSAGE");
}
