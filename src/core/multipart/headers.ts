/**
 * The headers of one part: what they say of its content, and whether that can be masked.
 *
 * Owns the decision, which fails closed: a part whose bytes may mean something else than its UTF-8 text is no text.
 */
import { StreamError } from "../errors.ts";
import { type MediaType, readMediaType } from "../formats/media-type.ts";

const LF = 0x0a;
const CR = 0x0d;

/** What becomes of a part: a named text, a stream in a format, or nothing that could be masked. */
export type PartKind =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "stream"; readonly type: MediaType }
  | { readonly kind: "unreadable" };

const UNREADABLE: PartKind = { kind: "unreadable" };
/** Encodings that leave the bytes as they are. */
const IDENTITY: readonly (string | undefined)[] = [undefined, "7bit", "8bit", "binary"];
const FIELD_TYPE = "text/plain";

/** Offset just past the empty line that ends headers, or -1. */
export function headersEnd(bytes: Uint8Array): number {
  for (let start = 0; ;) {
    const lf = bytes.indexOf(LF, start);
    if (lf < 0) return -1;
    if (lf === start || (lf === start + 1 && bytes[start] === CR)) return lf + 1;
    start = lf + 1;
  }
}

/** Reads headers, one character a byte. */
export function readPart(headers: Uint8Array): PartKind {
  const fields = readFields(headers);
  if (fields === undefined) return UNREADABLE;
  const encoding = fields.get("content-transfer-encoding")?.trim().toLowerCase();
  const disposition = fields.get("content-disposition") ?? "";
  const isFile = /;[ \t]*filename\*?[ \t]*=/i.test(disposition);
  const typeText = fields.get("content-type") ?? (isFile ? undefined : FIELD_TYPE);
  if (!IDENTITY.includes(encoding) || typeText === undefined) return UNREADABLE;
  const type = tryReadType(typeText);
  if (type === undefined || type.format === "multipart") return UNREADABLE;
  return type.format === "text" && !isFile ? { kind: "field", name: nameOf(disposition) } : { kind: "stream", type };
}

/** Values by name in lower case, folded lines joined; undefined when one comes twice or has no colon. */
function readFields(headers: Uint8Array): ReadonlyMap<string, string> | undefined {
  const text = Array.from(headers, (byte) => String.fromCharCode(byte)).join("");
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    if (line === "") continue;
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || fields.has(name.toLowerCase())) return undefined;
    fields.set(name.toLowerCase(), value);
  }
  return fields;
}

function tryReadType(text: string): MediaType | undefined {
  try {
    return readMediaType(text);
  } catch (thrown) {
    if (thrown instanceof StreamError) return undefined;
    throw thrown;
  }
}

/** The field's name, one character a byte, as browsers write it; "" when there is none. */
function nameOf(disposition: string): string {
  const [, quoted, token] = /;[ \t]*name[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition) ?? [];
  return quoted?.replace(/\\(.)/g, "$1") ?? token ?? "";
}
