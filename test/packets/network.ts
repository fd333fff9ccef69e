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
const DIAL_LIMIT_MS = 60_000;

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
  /** Dials all targets from this host; `say` is sent as soon as one opens. */
  dial(host: string, targets: readonly Target[], say?: string): Promise<Answer[]>;
  /** Sends a UDP datagram to all targets. */
  shout(host: string, targets: readonly Target[], say: string): Promise<void>;
  /** Opens one connection, says this and returns what is answered, until `until` came or it ended. */
  talk(host: string, target: Target, words: { readonly say: string; readonly until: string }): Promise<string>;
  /** One HTTP request from this host; status 0: no answer. */
  request(host: string, url: string, init?: Request): Promise<Response>;
  /** Follows an event stream or a WebSocket until `until` came, it ended, or two minutes passed; returns what came. */
  follow(host: string, url: string, until: string): Promise<string>;
  /** Starts `maskwire` itself on this host. */
  maskwire(host: string, words: readonly string[]): Program;
  /** Starts any other program on this host. */
  program(host: string, words: readonly string[]): Program;
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
    // An agent of its own: it may wait long, and others should not wait for it.
    const askOnce = async (host: string, command: object): Promise<string> => {
      const agent = new Agent(lab.start([process.execPath, AGENT], linkOf(host)));
      const { text } = await agent.ask(command);
      agent.end();
      return String(text);
    };
    const program = (host: string, words: readonly string[]): Program => watch(lab.start(words, linkOf(host)));
    return {
      lab,
      hosts,
      linkOf,
      async listen(ports, at = hosts) {
        await Promise.all(at.map(({ name }) => agentOf(name).ask({ listen: ports, name })));
      },
      async dial(host, targets, say = "") {
        const { answers } = await agentOf(host).ask({ dial: targets.map(pairOf), limitMs: DIAL_LIMIT_MS, say });
        return answers as Answer[];
      },
      async shout(host, targets, say) {
        await agentOf(host).ask({ shout: targets.map(pairOf), say });
      },
      async talk(host, target, words) {
        return await askOnce(host, { talk: pairOf(target), ...words });
      },
      async request(host, url, init) {
        return (await agentOf(host).ask({ request: url, ...init })) as unknown as Response;
      },
      follow: (host, url, until) => askOnce(host, { follow: url, until }),
      maskwire: (host, words) => program(host, [process.execPath, PROGRAM, ...words]),
      program,
      filter: (rules) => void lab.run(["nft", "-f", "-"], `flush ruleset\n${rules}`),
      stop: () => lab.stop(),
    };
  } catch (thrown) {
    await lab.stop();
    throw thrown;
  }
}

function pairOf({ address, port }: Target): readonly [string, number] {
  return [address, port];
}

/** Shell commands that connect one host to the router, in the router's namespace. */
function wire({ address }: Host, link: string): string {
  return `
ip -batch - <<'END'
netns add ${link}
link add ${link} gso_max_segs 1 type veth peer name eth0 netns ${link}
address add ${GATEWAY}/32 dev ${link}
link set ${link} up
route add ${address}/32 dev ${link}
END
ip -n ${link} -batch - <<'END'
link set lo up
address add ${address}/32 dev eth0
link set eth0 gso_max_segs 1
link set eth0 up
route add ${GATEWAY}/32 dev eth0 scope link
route add default via ${GATEWAY} dev eth0
END
`;
}

function watch(child: ChildProcessWithoutNullStreams): Program {
  let text = "";
  const waiting: (() => void)[] = [];
  // All that it printed has come by then, which at "exit" it need not have.
  const exitCode = once(child, "close").then(([code]) => code as number | null);
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
