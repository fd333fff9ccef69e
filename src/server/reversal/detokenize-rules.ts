/**
 * What `detokenize` needs to take effect, and who may not be granted it in vain.
 *
 * Owns the refusals, each with its place. Policies exist and extend without a fault.
 */
import { isReversible } from "../../core/index.ts";
import { matchesFeed } from "../auth/grant.ts";
import type { RefusalReason } from "../config/config-refusal.ts";
import type { DetokenizeConfig, ServerConfig } from "../config/config.ts";
import { extendPolicy } from "../config/extend-policy.ts";

/** `hasKeys`: whether there is a root key. */
export function refuseDetokenize(config: ServerConfig, { hasKeys }: { readonly hasKeys: boolean }): RefusalReason[] {
  const { detokenize } = config;
  if (detokenize === undefined) return refuseGrants(config);
  if (config.auth === undefined)
    return [say(["detokenize"], "needs `auth`: who turns values back has to be known, and written down")];
  if (!hasKeys)
    return [
      {
        path: ["detokenize"],
        code: "KEY_MISSING",
        reason: "there is no root key; set MASKWIRE_KEY_FILE (or MASKWIRE_KEY), or remove this",
      },
    ];
  return detokenize.policies.flatMap((name, index) => refusePolicy(config, detokenize, { name, index }));
}

function refusePolicy(
  config: ServerConfig,
  { policies }: DetokenizeConfig,
  { name, index }: { readonly name: string; readonly index: number },
): RefusalReason[] {
  const path = ["detokenize", "policies", String(index)];
  if (!Object.hasOwn(config.policies, name))
    return [say(path, `no such policy; there are ${Object.keys(config.policies).join(", ")}`)];
  if (policies.indexOf(name) < index) return [say(path, "this policy stands twice; keep one")];
  if (!isReversible(extendPolicy(config.policies, name)))
    return [say(path, "uses neither encrypt nor fpe: nothing of it can be turned back")];
  return isGranted(config, name) ? [] : [say(path, "nobody may do that: grant detokenize to an API key, or remove it")];
}

/** Whom tokens of an issuer let in is known to the issuer only; API keys are all there are. */
function isGranted({ auth }: ServerConfig, name: string): boolean {
  if (auth === undefined || auth.issuers.length > 0) return true;
  return auth.apiKeys
    .flatMap(({ grants }) => grants)
    .some(
      ({ actions, feeds }) => actions.includes("detokenize") && feeds.some((pattern) => matchesFeed(pattern, name)),
    );
}

/** A key that grants what nobody does here has been given to somebody for something else. */
function refuseGrants({ auth }: ServerConfig): RefusalReason[] {
  return (auth?.apiKeys ?? []).flatMap(({ grants }, key) =>
    grants.flatMap(({ actions }, grant) => {
      const at = actions.indexOf("detokenize");
      const path = ["auth", "apiKeys", String(key), "grants", String(grant), "actions", String(at)];
      return at < 0 ? [] : [say(path, "never takes effect: there is no `detokenize` in this configuration")];
    }),
  );
}

function say(path: readonly string[], reason: string): RefusalReason {
  return { path, code: "BAD_CONFIG", reason };
}
