/** A worker for tests: opens the worker's own sinks, sockets and timers from one request and uses them from others. */
import { DurableObject } from "cloudflare:workers";
import { Hono } from "hono";
import type { ByteSink } from "../../src/server/host/byte-sink.ts";
import type { Socket } from "../../src/server/host/socket.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import { createPorts } from "../../worker/ports.ts";

interface OpenedSink {
  readonly sink: ByteSink;
  closes: number;
}

export class PortsObject extends DurableObject {
  readonly #ports = createPorts({ ...DEFAULT_SERVER_LIMITS, messageLimitBytes: 1_000 });
  readonly #sinks = new Map<string, OpenedSink>();
  readonly #received: string[] = [];
  #socket: Socket | undefined;
  readonly #app = this.#routes();

  override fetch(request: Request): Response | Promise<Response> {
    return this.#app.fetch(request);
  }

  #routes(): Hono {
    const { clock, openSink, upgradeSocket } = this.#ports;
    const opened = (name: string): OpenedSink => this.#sinks.get(name)!;
    const state = ({ sink, closes }: OpenedSink) => ({ queuedBytes: sink.queuedBytes(), closes });
    return new Hono()
      .use(async (context, next) => {
        context.header("x-app", "set before");
        await next();
      })
      .get("/sink/:name", (context) => {
        const { sink, response } = openSink(context, { "content-type": "text/event-stream" });
        const one = { sink, closes: 0 };
        this.#sinks.set(context.req.param("name"), one);
        sink.onClose(() => void (one.closes += 1));
        sink.write(new TextEncoder().encode("open\n"));
        return response;
      })
      .post("/sink/:name/write", async (context) => {
        const one = opened(context.req.param("name"));
        const bytes = new Uint8Array(await context.req.arrayBuffer());
        for (let times = Number(context.req.query("times") ?? 1); times > 0; times--) one.sink.write(bytes);
        return context.json(state(one));
      })
      .post("/sink/:name/later", (context) => {
        const one = opened(context.req.param("name"));
        clock.soon(() => one.sink.write(new TextEncoder().encode("soon\n")));
        clock.after(20, () => one.sink.write(new TextEncoder().encode("after\n")));
        const stopped = clock.after(10, () => one.sink.write(new TextEncoder().encode("stopped\n")));
        stopped();
        return context.body(null, 204);
      })
      .post("/sink/:name/:end{close|abort}", (context) => {
        const one = opened(context.req.param("name"));
        one.sink[context.req.param("end") as "close" | "abort"]();
        return context.json(state(one));
      })
      .get("/sink/:name/state", (context) => context.json(state(opened(context.req.param("name")))))
      .get("/socket", (context) =>
        upgradeSocket(
          context,
          {
            open: (socket) => {
              this.#socket = socket;
            },
            message: (data, isBinary) => void this.#received.push(`${isBinary ? "binary" : "text"} ${String(data)}`),
            closed: () => void this.#received.push("closed"),
          },
          context.req.header("sec-websocket-protocol"),
        ),
      )
      .post("/socket/send", async (context) => {
        const bytes = new Uint8Array(await context.req.arrayBuffer());
        for (let times = Number(context.req.query("times") ?? 1); times > 0; times--) this.#socket?.send(bytes);
        return context.json({ queuedBytes: this.#socket?.queuedBytes() });
      })
      .get("/socket/received", (context) => context.json(this.#received));
  }
}

export default {
  fetch: (request, env) => env.FEEDS.get(env.FEEDS.idFromName("ports")).fetch(request),
} satisfies ExportedHandler<{ readonly FEEDS: DurableObjectNamespace<PortsObject> }>;
