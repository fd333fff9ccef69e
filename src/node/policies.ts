/** From the words on the command line to a compiled policy, or to what to write instead. */
import {
  compilePolicy,
  compileRestorer,
  ConfigurationError,
  type Limits,
  type Policy,
  type Restorer,
  StreamError,
  toStreamError,
} from "../core/index.ts";
import type { Matcher } from "../core/matcher.ts";
import { remoteEntities } from "../server/masking/policy-set.ts";
import { extendPolicy, placeIn } from "../server/config/extend-policy.ts";
import { loadConfig, type Loaded } from "./config/load.ts";
import { describeProblem, type ConfigProblem, type Result } from "./config/problem.ts";
import { tellUnread } from "./config/unread.ts";
import { suggest } from "./config/suggest.ts";
import type { EngineName } from "./command.ts";
import { tell, type Io } from "./io.ts";
import { checksOf } from "./phone-library.ts";
import { createRe2Matcher } from "./re2-matcher.ts";

export interface PolicyRequest {
  readonly config?: string | undefined;
  readonly policy?: string | undefined;
  readonly engine?: EngineName | undefined;
}

/** The policy that the flags name; undefined after telling the user why there is none. */
export async function openPolicy(request: PolicyRequest, io: Io): Promise<Policy | undefined> {
  const matcher = request.engine === "re2" ? createRe2Matcher() : undefined;
  return await openNamed(request, io, (loaded, name) => compileNamed(loaded, name, matcher));
}

/** The way back of that policy, for whoever holds the root key; undefined after telling the user why there is none. */
export async function openRestorer(request: PolicyRequest, io: Io): Promise<Restorer | undefined> {
  return await openNamed(request, io, ({ config, keys, problemAt }, name) =>
    compiling({ name, config, problemAt }, () => {
      if (keys === undefined) throw new StreamError("KEY_MISSING");
      return compileRestorer(extendPolicy(config.policies, name), { name, limits: limitsOf(config), keys });
    }),
  );
}

async function openNamed<Made>(
  request: PolicyRequest,
  io: Io,
  compile: (loaded: Loaded, name: string) => Result<Made>,
): Promise<Made | undefined> {
  const loaded = await loadConfig({ environment: io.environment, configFile: request.config, missingKey: "none" });
  if (!loaded.ok) {
    report(loaded.problems, io);
    return undefined;
  }
  const { config, fileName } = loaded.value;
  tellUnread(fileName, io);
  const name = request.policy ?? "default";
  if (!Object.hasOwn(config.policies, name)) {
    const known = Object.keys(config.policies);
    tell(io, `--policy: no such policy; ${hintOf(name, known)}`);
    return undefined;
  }
  const compiled = compile(loaded.value, name);
  if (compiled.ok) return compiled.value;
  report(compiled.problems, io);
  return undefined;
}

/** The same for what nobody but a server could mask in full: a policy that asks remote detectors is refused. */
export async function openLocalPolicy(request: PolicyRequest, io: Io): Promise<Policy | undefined> {
  const policy = await openPolicy(request, io);
  if (policy === undefined || policy.remote.detectors.length === 0) return policy;
  tell(io, `policy ${policy.name} asks remote detectors, which only \`maskwire serve\` does; name another policy`);
  return undefined;
}

/** Compiles one policy of a configuration. */
export function compileNamed(
  { config, keys, problemAt }: Pick<Loaded, "config" | "keys" | "problemAt">,
  name: string,
  matcher?: Matcher,
): Result<Policy> {
  const options = {
    name,
    remote: remoteEntities(config.remoteDetectors ?? {}),
    limits: limitsOf(config),
    ...(keys === undefined ? {} : { keys }),
    ...(matcher === undefined ? {} : { matcher }),
  };
  return compiling({ name, config, problemAt }, () => {
    const spec = extendPolicy(config.policies, name);
    return compilePolicy(spec, { ...options, ...checksOf(spec) });
  });
}

function limitsOf({ limits }: Loaded["config"]): Partial<Limits> {
  const { lineLimitBytes, jsonDepthLimit, nestedJsonDepth, holdbackLimitBytes } = limits;
  return { lineLimitBytes, jsonDepthLimit, nestedJsonDepth, holdbackLimitBytes };
}

function compiling<Made>(
  { name, config, problemAt }: { readonly name: string } & Pick<Loaded, "config" | "problemAt">,
  compile: () => Made,
): Result<Made> {
  try {
    return { ok: true, value: compile() };
  } catch (thrown) {
    const at = thrown instanceof ConfigurationError ? thrown.at : [];
    return { ok: false, problems: [problemAt(placeIn(config.policies, name, at), explain(thrown))] };
  }
}

/** What went wrong and why, in words that hold names out of the configuration and nothing else. */
export function explain(thrown: unknown): string {
  const { code, message } = toStreamError(thrown);
  return `${code}: ${message}`;
}

export function report(problems: readonly ConfigProblem[], io: Io): void {
  for (const problem of problems) tell(io, describeProblem(problem));
}

function hintOf(name: string, known: readonly string[]): string {
  const near = suggest(name, known);
  return near === undefined ? `known: ${known.join(", ")}` : `did you mean \`${near}\`?`;
}
