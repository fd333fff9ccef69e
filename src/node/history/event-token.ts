/**
 * What stands for an event's key outside of this process: a keyed hash, because a producer's id may be personal data.
 */
import type { Hmac } from "../../core/index.ts";

const TOKEN_DIGITS = 32;

export type TokenOf = (feed: string, key: string) => string;

export function createTokenOf(hmac: Hmac): TokenOf {
  return (feed, key) =>
    Buffer.from(hmac(Buffer.from(`event key\0${feed}\0${key}`)))
      .toString("hex")
      .slice(0, TOKEN_DIGITS);
}
