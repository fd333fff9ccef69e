/**
 * The root key, from which every keyed token is made.
 *
 * Owns where it may come from and how long it must be. Never prints, logs or stores it.
 */
import { createHmac, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Hmac } from "../../core/index.ts";
import type { Settings } from "./environment.ts";
import type { ConfigProblem, Result } from "./problem.ts";

const KEY_MIN_BYTES = 32;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const HOW_TO = "make one with: openssl rand -base64 32 > maskwire.key";

/** The key that the environment names; undefined when it names none. */
export async function readKey(settings: Settings): Promise<Result<Uint8Array | undefined>> {
  const { key, keyFile } = settings;
  if (key !== undefined && keyFile !== undefined) {
    return refuse("MASKWIRE_KEY", "MASKWIRE_KEY_FILE is set too; keep one of them");
  }
  if (key !== undefined) return checkLength("MASKWIRE_KEY", new TextEncoder().encode(key));
  if (keyFile === undefined) return { ok: true, value: undefined };
  try {
    return checkLength("MASKWIRE_KEY_FILE", withoutLineEnd(await readFile(keyFile)));
  } catch {
    return refuse("MASKWIRE_KEY_FILE", `the file cannot be read; ${HOW_TO}`);
  }
}

/** A key for the life of this process: its tokens mean nothing to the next one. */
export function randomKey(): Uint8Array {
  return randomBytes(KEY_MIN_BYTES);
}

/** HMAC-SHA-256 with this key; synchronous, 32 bytes. */
export function createHmacPort(key: Uint8Array): Hmac {
  return (data) => createHmac("sha256", key).update(data).digest();
}

function checkLength(source: string, key: Uint8Array): Result<Uint8Array> {
  if (key.length >= KEY_MIN_BYTES) return { ok: true, value: key };
  return refuse(source, `the root key has ${key.length} bytes and needs at least ${KEY_MIN_BYTES}; ${HOW_TO}`);
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === LINE_FEED) end -= 1;
  if (bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
  return bytes.subarray(0, end);
}

function refuse(source: string, text: string): { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  return { ok: false, problems: [{ source, path: "", text }] };
}
