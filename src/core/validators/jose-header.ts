/**
 * What makes a string the header of a JWT: base64url of a JSON object with an algorithm.
 *
 * Owns the check. Never keeps or returns what the header says.
 */
import { decodeBase64url } from "./base64url.ts";

/** `{"name":` as the first 12 characters show it: turns away most other base64 before the rest is decoded. */
const OPENING = /^\{\s{0,4}"[A-Za-z0-9_#:./-]{0,8}/;

/** RFC 7515, section 4.1.1: `alg` is mandatory. */
export function isJoseHeader(text: string): boolean {
  const opening = decodeBase64url(text.slice(0, 12));
  if (opening === undefined || !OPENING.test(opening)) return false;
  const json = decodeBase64url(text);
  return json !== undefined && hasAlgorithm(json);
}

function hasAlgorithm(json: string): boolean {
  try {
    const header: unknown = JSON.parse(json);
    return typeof header === "object" && header !== null && typeof (header as { alg?: unknown }).alg === "string";
  } catch {
    return false;
  }
}
