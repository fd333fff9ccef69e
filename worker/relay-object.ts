/**
 * One relay: the connection to its upstream, and those who follow it.
 *
 * Its events are in memory, for the upstream has them. An outgoing connection keeps an object awake, so this one never rests
 * while somebody follows.
 */
import { DurableObject } from "cloudflare:workers";
import { toStreamError } from "../src/core/index.ts";
import { createServer } from "../src/server/app.ts";
import type { Env } from "./env.ts";
import { createPorts } from "./ports.ts";
import { answer, apply, readSettings, type Settings } from "./settings.ts";

interface App {
  fetch(request: Request): Response | Promise<Response>;
}

export class RelayObject extends DurableObject<Env> {
  #app: App | undefined;

  override async fetch(request: Request): Promise<Response> {
    try {
      this.#app ??= apply(await readSettings(this.env), (settings) => this.#open(settings));
      return await this.#app.fetch(request);
    } catch (thrown) {
      return answer(toStreamError(thrown));
    }
  }

  #open({ config, options }: Settings): App {
    const own = Object.entries(config.relays).filter(([name]) => name === this.ctx.id.name);
    const only = { ...config, relays: Object.fromEntries(own) };
    return createServer(createPorts(config.limits), only, options).app(["subscribe"]);
  }
}
