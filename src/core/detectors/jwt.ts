/** JSON web tokens, signed or encrypted. Decided when the header is complete; the rest is the tail. */
import { type Detector, SCORES } from "../detector.ts";
import { isJoseHeader } from "../validators/jose-header.ts";

export const jwt: Detector = {
  entity: "JWT",
  source: "RFC 7515, RFC 7516, RFC 7519",
  // `..` is the empty key of a token that is encrypted directly.
  pattern: String.raw`eyJ[A-Za-z0-9_-]+\.{1,2}[A-Za-z0-9_-]`,
  maxLength: 8192,
  // A full stop after the token is not followed by base64url, so it stays.
  tail: String.raw`[A-Za-z0-9_-]*(?:\.{1,2}[A-Za-z0-9_-]+)*`,
  boundary: "none",
  validate({ text }) {
    return isJoseHeader(text.slice(0, text.indexOf("."))) ? SCORES.strong : 0;
  },
  hits: [
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW5vdC1yZWFsLTAwMDA",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0",
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXYtbm90LXJlYWw.Y2lwaGVydGV4dA.dGFn",
  ],
  misses: [
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    "eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxIn0.c2ln",
    "eyJxxxxxxxx.yyyyyyyy.zzzzzzzz",
    "eyJ.a.b",
    "events.orders.v2",
  ],
};
