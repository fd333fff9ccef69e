/**
 * `GET /`: the page, under a policy that lets it run its own script and talk to this server, and nothing else.
 */
import type { Context } from "hono";
import { consoleDocument, type ConsoleFacts } from "../../console/page.ts";
import type { ServerConfig } from "../config/config.ts";
import type { Services } from "../services.ts";
import { encodeText } from "../text.ts";
import type { RouteCall } from "./route.ts";

/** Made at the first request: hashing is asynchronous in web standards, and style and script never change. */
let policy: Promise<string> | undefined;

/** Names that the page offers. */
const NAMES_LIMIT = 50;

export async function consolePage(
  context: Context,
  { settings: { config } }: Services,
  { listeners }: RouteCall,
): Promise<Response> {
  const page = consoleDocument(factsOf(config, { isPublishing: listeners.includes("publish") }));
  policy ??= contentSecurityPolicy(page);
  return context.html(page, 200, {
    "content-security-policy": await policy,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  });
}

/** Whoever gets the page has shown no token: where one is needed, no name stands in it. */
function factsOf(
  { auth, feeds, listeners }: ServerConfig,
  { isPublishing }: { readonly isPublishing: boolean },
): ConsoleFacts {
  const named = auth === undefined ? Object.entries(feeds).filter(([name]) => name !== "*") : [];
  const views = new Set(named.flatMap(([, feed]) => Object.keys(feed.views)));
  return {
    feeds: named.slice(0, NAMES_LIMIT).map(([name]) => name),
    views: [...views].slice(0, NAMES_LIMIT),
    publishPort: isPublishing ? undefined : listeners.publish.listenPort,
  };
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
