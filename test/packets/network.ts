/**
 * The wires: each host in a network namespace of its own, one veth pair to the router, a /32 address, and an agent.
 *
 * Owns addresses, links and agents. Knows no policy: without rules everybody reaches everybody.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Host } from "./cluster.ts";
import { PROGRAM } from "../support/run-server.ts";
import { startLab, type Lab } from "./lab.ts";

/** Every pod's next hop, as Calico has it: link-local, the same on each link, and no address of anybody. */
const GATEWAY = "169.254.1.1";
const AGENT = fileURLToPath(new URL("agent.mjs", import.meta.url));
const DIAL_LIMIT_MS = 5_000;

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Who answered, by its name; else what stood in the way. */
export type Answer = string;

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Response {
  readonly status: number;
  readonly text: string;
}

/** A program on one host. */
export interface Program {
  /** Everything it printed so far. */
  printed(): string;
  /** Resolves once it printed this; rejects when it ends before. */
  untilPrinted(text: string): Promise<void>;
  readonly exitCode: Promise<number | null>;
}

export interface Network {
  readonly lab: Lab;
  readonly hosts: readonly Host[];
  /** Namespace of this host; the router's end of its link is called the same. */
  linkOf(host: string): string;
  /** Listens on these ports of every host, each saying the host's name. */
  listen(ports: readonly number[], hosts?: readonly Host[]): Promise<void>;
  /** Dials all targets at once from this host. */
  dial(host: string, targets: readonly Target[]): Promise<Answer[]>;
  /** One HTTP request from this host; status 0: no answer. */
  request(host: string, url: string, init?: Request): Promise<Response>;
  /** Follows an event stream or a WebSocket until `until` came, it ended, or ten seconds passed; returns what came. */
  follow(host: string, url: string, until: string): Promise<string>;
  /** Starts `maskwire` itself on this host. */
  maskwire(host: string, words: readonly string[]): Program;
  /** Replaces all rules of the router; empty: none. */
  filter(rules: string): void;
  stop(): Promise<void>;
}

export async function startNetwork(hosts: readonly Host[]): Promise<Network> {
  const lab = await startLab();
  try {
    const links = new Map(hosts.map(({ name }, index) => [name, `pod${index}`]));
    const linkOf = (host: string): string => {
      const link = links.get(host);
      if (link === undefined) throw new Error(`no host ${host}`);
      return link;
    };
    lab.run(["sh", "-e"], hosts.map((host) => wire(host, linkOf(host.name))).join(""));
    const agents = new Map<string, Agent>();
    const agentOf = (host: string): Agent => {
      const agent = agents.get(host) ?? new Agent(lab.start([process.execPath, AGENT], linkOf(host)));
      agents.set(host, agent);
      return agent;
    };
    return {
      lab,
      hosts,
      linkOf,
      async listen(ports, at = hosts) {
        await Promise.all(at.map(({ name }) => agentOf(name).ask({ listen: ports, name })));
      },
      async dial(host, targets) {
        const dial = targets.map(({ address, port }) => [address, port]);
        const { answers } = await agentOf(host).ask({ dial, limitMs: DIAL_LIMIT_MS });
        return answers as Answer[];
      },
      async request(host, url, init) {
        return (await agentOf(host).ask({ request: url, ...init })) as unknown as Response;
      },
      async follow(host, url, until) {
        // An agent of its own: this one waits, and others should not wait for it.
        const agent = new Agent(lab.start([process.execPath, AGENT], linkOf(host)));
        const { text } = await agent.ask({ follow: url, until });
        agent.end();
        return String(text);
      },
      maskwire: (host, words) => watch(lab.start([process.execPath, PROGRAM, ...words], linkOf(host))),
      filter: (rules) => void lab.run(["nft", "-f", "-"], `flush ruleset\n${rules}`),
      stop: () => lab.stop(),
    };
  } catch (thrown) {
    await lab.stop();
    throw thrown;
  }
}

/** Shell commands that connect one host to the router, in the router's namespace. */
function wire({ address }: Host, link: string): string {
  return `
ip -batch - <<'END'
netns add ${link}
link add ${link} type veth peer name eth0 netns ${link}
address add ${GATEWAY}/32 dev ${link}
link set ${link} up
route add ${address}/32 dev ${link}
END
ip -n ${link} -batch - <<'END'
link set lo up
address add ${address}/32 dev eth0
link set eth0 up
route add ${GATEWAY}/32 dev eth0 scope link
route add default via ${GATEWAY} dev eth0
END
`;
}

function watch(child: ChildProcessWithoutNullStreams): Program {
  let text = "";
  const waiting: (() => void)[] = [];
  const exitCode = once(child, "exit").then(([code]) => code as number | null);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      for (const check of waiting) check();
    });
  }
  return {
    printed: () => text,
    untilPrinted: async (wanted) => {
      const printed = new Promise<boolean>((resolve) => {
        const check = (): void => void (text.includes(wanted) && resolve(true));
        waiting.push(check);
        check();
      });
      if (!(await Promise.race([printed, exitCode.then(() => false)]))) throw new Error(`it ended before: ${text}`);
    },
    exitCode,
  };
}

/** One process in one namespace; commands are answered in order. */
class Agent {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    // Ends with the lab, in the middle of whatever it does.
    child.stdin.on("error", () => undefined);
    child.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  }

  end(): void {
    this.#child.stdin.end();
  }

  async ask(command: object): Promise<Record<string, unknown>> {
    const answer = this.#last.then(async () => {
      this.#child.stdin.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await this.#answers.next();
      if (done === true) throw new Error("the agent has left");
      return JSON.parse(value) as Record<string, unknown>;
    });
    this.#last = answer.catch(() => undefined);
    return await answer;
  }
}
