/**
 * `GET /`: the page, under a policy that lets it run its own script and talk to this server, and nothing else.
 */
import type { Context } from "hono";
import { CONSOLE_PAGE } from "../../console/page.ts";
import { encodeText } from "../text.ts";

/** Made at the first request: hashing is asynchronous in web standards, and the page never changes. */
let policy: Promise<string> | undefined;

export async function consolePage(context: Context): Promise<Response> {
  policy ??= contentSecurityPolicy(CONSOLE_PAGE);
  return context.html(CONSOLE_PAGE, 200, {
    "content-security-policy": await policy,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  });
}

async function contentSecurityPolicy(page: string): Promise<string> {
  const scripts = await hashesOf(page, /<script>([\s\S]*?)<\/script>/g);
  const styles = await hashesOf(page, /<style>([\s\S]*?)<\/style>/g);
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    `style-src ${styles}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function hashesOf(page: string, element: RegExp): Promise<string> {
  const texts = [...page.matchAll(element)].map((match) => encodeText(match[1]));
  const digests = await Promise.all(texts.map((text) => crypto.subtle.digest("SHA-256", new Uint8Array(text))));
  const hashes = digests.map((digest) => `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`);
  return hashes.join(" ") || "'none'";
}
