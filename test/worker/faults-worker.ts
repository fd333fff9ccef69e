/** A worker for tests: the whole server in one object, whose code can be broken while it runs. */
import { DurableObject } from "cloudflare:workers";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { createServer } from "../../src/server/app.ts";
import { LISTENERS } from "../../src/server/config/config.ts";
import { readConfig } from "../../worker/config.ts";
import { createCrypto } from "../../src/server/keys/crypto.ts";
import { openKeyRing } from "../../src/server/keys/root-key.ts";
import { secretOf } from "../../worker/secret.ts";
import { createPorts } from "../../worker/ports.ts";
import { FAULTS, Trap } from "../faults/faults.ts";

interface FaultEnv {
  readonly CONFIG: string;
  readonly KEY: string;
  readonly FEEDS: DurableObjectNamespace<FaultsObject>;
}

const HMAC = { hmac: Object.getPrototypeOf(hmac.create(sha256, new Uint8Array(32))) as object };

export class FaultsObject extends DurableObject<FaultEnv> {
  readonly #trap = new Trap();
  #app: ReturnType<typeof open> | undefined;

  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/fired") return Response.json(this.#trap.fired);
    if (pathname === "/arm") this.#trap.arm(FAULTS[Number(searchParams.get("fault"))], HMAC);
    if (pathname === "/repair") this.#trap.repair();
    if (pathname === "/arm" || pathname === "/repair") return new Response(null, { status: 204 });
    this.#app ??= open(this.env);
    return await this.#app.fetch(request);
  }
}

function open({ CONFIG, KEY }: FaultEnv) {
  const read = readConfig(CONFIG);
  if (!read.ok) throw new Error(read.key);
  return createServer(createPorts(read.config.limits), read.config, {
    keys: openKeyRing(createCrypto(), secretOf(KEY)),
  }).app(LISTENERS);
}

export default {
  fetch: (request, { FEEDS }) => FEEDS.get(FEEDS.idFromName("faults")).fetch(request),
} satisfies ExportedHandler<FaultEnv>;
