/** `maskwire worker build`: the folder that `wrangler deploy` takes, out of the one configuration. */
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Argument, Option } from "commander";
import { OPTIONAL_KINDS } from "../../core/optional.ts";
import type { Loaded } from "../config/load.ts";
import type { ServerConfig } from "../../server/config/config.ts";
import { DEFAULT_SERVER_LIMITS } from "../../server/config/limits.ts";
import { writeLimit } from "../../server/config/unlimited.ts";
import { refuseViews } from "../../server/feeds/view-rules.ts";
import { configOption, type Command } from "../command.ts";
import { loadConfig } from "../config/load.ts";
import { tellUnread } from "../config/unread.ts";
import { tell, type Io } from "../io.ts";
import { makeFolder } from "../make-folder.ts";
import { WORKER_FOLDER, WORKER_NAMES_FILE, WRANGLER_FILE } from "../package-files.ts";
import { compileNamed, report } from "../policies.ts";

type OptionalModule = "packs" | "operators" | "properties" | "strictness" | "jose" | "ciphers";

/** Which configurations need each module that a deployment may go without. */
const NEEDS: Readonly<Record<OptionalModule, (config: ServerConfig) => boolean>> = {
  packs: ({ policies }) => Object.values(policies).some(({ packs = [] }) => packs.length > 0),
  operators: ({ policies }) =>
    namesOperator(policies, ...OPTIONAL_KINDS.map(({ name }) => name)) ||
    Object.values(policies).some(
      ({ extraFields, crossLine, decodeEntities, decodeBase64, decodeDepth = 1 }) =>
        decodeDepth > 1 ||
        extraFields === "drop" ||
        crossLine === true ||
        decodeEntities === true ||
        decodeBase64 === true,
    ),
  // Letters, marks, numbers and decimal digits are always there.
  properties: ({ policies }) => /\\[pP](?![LMN]|\{\^?(?:[LMN]|Nd|Any)\})/.test(JSON.stringify(policies)),
  strictness: ({ feeds, relays }) =>
    Object.values({ ...feeds, ...relays }).some(({ strictness = [] }) => strictness.length > 0),
  jose: ({ auth }) => (auth?.issuers ?? []).length > 0,
  ciphers: ({ policies }) => namesOperator(policies, "encrypt", "fpe"),
};

/** What the file may say for Node, and the edge has in another way or not at all. */
const NOT_AT_EDGE: Readonly<Partial<Record<keyof ServerConfig, string>>> = {
  history: "each feed keeps its events in its own object",
  canary: "there are no network policies",
  brokers: "there are no network policies",
  ingest: "connects to a broker from Node only",
  trustedProxies: "the platform says who the client is",
};

export const worker: Command = {
  notes: `
Examples:
  maskwire worker build --config maskwire.yaml --out edge
  cd edge && npx wrangler deploy

The folder holds JavaScript modules that are bundled already, the configuration as a module of its own, and
wrangler.jsonc. Secrets are no part of it: npx wrangler secret put MASKWIRE_KEY.

Exit: 0 written, 1 the configuration does not hold at the edge, 2 usage, or a file cannot be read or written.`,
  define: (parser) =>
    parser
      .addArgument(new Argument("<action>", "what to do").choices(["build"]))
      .addOption(configOption())
      .addOption(new Option("--out <folder>", "where the files go").default("maskwire-worker")),
  run: async (args, io) => {
    const loaded = await loadConfig({
      environment: io.environment,
      configFile: args.config,
      // Policies with keyed operators are checked too; the deployment's own key and secret are the platform's.
      missingKey: "random",
      isJwtSecretElsewhere: true,
    });
    if (!loaded.ok) {
      report(loaded.problems, io);
      return loaded.isUnread ? 2 : 1;
    }
    const { config, fileName = "defaults", problemAt } = loaded.value;
    tellUnread(loaded.value.fileName, io);
    const viewed = refuseViews(config).map(({ path, reason }) => problemAt(path, reason));
    const compiled = Object.keys(config.policies).flatMap((name) => {
      const one = compileNamed(loaded.value, name);
      return one.ok ? [] : one.problems;
    });
    const problems = [...viewed, ...compiled];
    report(problems, io);
    if (problems.length > 0) return 1;
    const deployed = deployedOf(loaded.value);
    const refused = await refusedKey(deployed);
    if (refused !== undefined) {
      tell(io, `${fileName}: ${explain(refused)}`);
      return 1;
    }
    for (const [key, reason] of Object.entries(NOT_AT_EDGE))
      if (config[key as keyof ServerConfig] !== undefined) tell(io, `${key} is not for the edge: ${reason}`);
    return await write(deployed, { folder: args.out ?? "", io, config });
  },
};

/** What the worker reads: the keys that it has, and limits only where they are not the default, for it has its own. */
function deployedOf({ config }: Loaded): object {
  const { listeners, policies, feeds, relays, limits, allowedOrigins, keys, auth, upstreams, edge } = config;
  const isOpen = ({ unsafeNoAuthentication }: { unsafeNoAuthentication: boolean }): object => ({
    unsafeNoAuthentication,
  });
  const changed = Object.entries(limits).filter(
    ([name, value]) => DEFAULT_SERVER_LIMITS[name as keyof typeof limits] !== value,
  );
  return {
    listeners: { publish: isOpen(listeners.publish), subscribe: isOpen(listeners.subscribe) },
    policies,
    feeds,
    relays,
    limits: Object.fromEntries(changed.map(([name, value]) => [name, writeLimit(value as number)])),
    allowedOrigins,
    ...(keys === undefined ? {} : { keys }),
    ...(auth === undefined ? {} : { auth }),
    ...(upstreams === undefined ? {} : { upstreams }),
    ...(edge === undefined ? {} : { edge }),
  };
}

/** The worker's own verdict, from its own code: undefined when it would run. */
async function refusedKey(deployed: object): Promise<string | undefined> {
  const check = (await import(pathToFileURL(join(WORKER_FOLDER, "check.js")).href)) as {
    readConfig(binding: unknown): { ok: true } | { ok: false; key: string };
  };
  const read = check.readConfig(deployed);
  return read.ok ? undefined : read.key.replace(/^MASKWIRE_CONFIG\.?/, "");
}

function explain(key: string): string {
  // What was read out of `secretFile`, which has no place in a deployment.
  if (key.endsWith(".secret"))
    return `${key}File: a worker reads no file; remove it here, and set the secret there: npx wrangler secret put MASKWIRE_JWT_SECRET`;
  return key.endsWith(".unsafeNoAuthentication")
    ? `${key}: a worker answers the whole Internet; configure \`auth\`, or set this to true on publish and subscribe where something in front decides who may come`
    : `${key}: cannot take effect at the edge`;
}

/** What the platform has to hold for a configuration to take effect. */
const SECRETS: Readonly<Record<string, (config: ServerConfig) => boolean>> = {
  MASKWIRE_KEY: ({ policies }) => namesOperator(policies, "hash", "pseudonym", "encrypt", "fpe", "date-shift"),
  MASKWIRE_JWT_SECRET: ({ auth }) =>
    (auth?.issuers ?? []).some(({ algorithms }) => algorithms.some((algorithm) => algorithm.startsWith("HS"))),
};

interface ModuleNames {
  readonly always: readonly string[];
  readonly optional: readonly OptionalModule[];
}

interface Writing {
  readonly folder: string;
  readonly io: Io;
  readonly config: ServerConfig;
}

async function write(deployed: object, { folder, io, config }: Writing): Promise<0 | 2> {
  try {
    await makeFolder(folder);
    const { always, optional } = JSON.parse(await readFile(WORKER_NAMES_FILE, "utf8")) as ModuleNames;
    for (const name of always) await copyFile(join(WORKER_FOLDER, `${name}.js`), join(folder, `${name}.js`));
    for (const name of optional)
      await copyFile(
        join(WORKER_FOLDER, `${NEEDS[name](config) ? name : `no-${name}`}.js`),
        join(folder, `${name}.js`),
      );
    await writeFile(join(folder, "deployment.js"), `export default ${JSON.stringify(deployed, null, 2)};\n`);
    await writeFile(join(folder, "wrangler.jsonc"), wranglerOf(await readFile(WRANGLER_FILE, "utf8")));
  } catch {
    tell(io, "--out: the folder cannot be written, or this installation has no dist/worker (npm run build)");
    return 2;
  }
  for (const [name, isNeeded] of Object.entries(SECRETS))
    if (isNeeded(config)) tell(io, `${folder}: it needs a secret: \`npx wrangler secret put ${name}\` there`);
  tell(io, `${folder}: deploy it with \`npx wrangler deploy\` there`);
  return 0;
}

function namesOperator(policies: ServerConfig["policies"], ...operators: readonly string[]): boolean {
  return new RegExp(`"operator":"(?:${operators.join("|")})"`).test(JSON.stringify(policies));
}

/** The same file beside its modules; the configuration stands in `deployment.js`. */
function wranglerOf(text: string): string {
  return text
    .replace(/^ *\/\/ Deploy with your own wrangler.*\n/m, "")
    .replace('"../dist/worker/index.js"', '"index.js"')
    .replace('"../dist/worker"', '"."')
    .replace(/^ {2}"vars": \{[^]*?\n {2}\},\n/m, "");
}
