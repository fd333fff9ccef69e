/**
 * Texts made to slow a masker down: one unit repeated, each aimed at some detector or at the automaton itself.
 *
 * Owns the units. They hold no gold: what they must show is growth in proportion to their length.
 */
import { Buffer } from "node:buffer";

export const HOSTILE: Readonly<Record<string, string>> = {
  letters: "a",
  "letter dot": "a.",
  "letters at": "a@a.",
  "digit space": "1 ",
  "telephone numbers without their word": "971-7342 ",
  "digit dot": "1.",
  "digit colon": "1:",
  "double colon": "1::",
  "card without check digit": "4111 ",
  "account with wrong check digits": "GB82 WEST 1234 5698 7654 33 ",
  "plus and bracket": "+1 (",
  "token opening": "eyJ-",
  "token headers": "eyJhbGciOiJIUzI1NiJ9.",
  "key openings": "-----BEGIN ",
  "whole key openings": "-----BEGIN PRIVATE KEY-----",
  "percent signs": "%",
  "percent escapes": "%34%2d",
  "zero-width joiners": "4\u200d",
  "mixed scripts": "aяあ@",
  spaces: " ",
  "access keys": "AKIA",
  "user names": "://a:b",
  "escaped user names": "%3a%2f%2fa%3a",
  "token marks": "glpat-xoxb-SG.",
};

export function hostileText(name: string, bytes: number): Uint8Array {
  return repeated(HOSTILE[name], bytes);
}

/** The unit repeated to `bytes` bytes, cut between units, and a blank so that every match has an end. */
export function repeated(unitText: string, bytes: number): Uint8Array {
  const unit = Buffer.from(unitText);
  const repeats = Math.max(1, Math.floor((bytes - 1) / unit.length));
  const text = new Uint8Array(repeats * unit.length + 1);
  for (let i = 0; i < repeats; i++) text.set(unit, i * unit.length);
  text[text.length - 1] = 0x20;
  return text;
}
