/**
 * What the views of a configuration have to keep to beyond their policies: their order of strictness, and that somebody may
 * read them.
 *
 * Owns the refusals, each with its place. Never compiles a policy.
 */
import { withPacks } from "../../core/detectors/index.ts";
import { matchesFeed } from "../auth/grant.ts";
import type { RefusalReason } from "../config/config-refusal.ts";
import type { ServerConfig, Viewed } from "../config/config.ts";
import { extendPolicy } from "../config/extend-policy.ts";
import { DEFAULT_VIEW } from "./feed.ts";
import { findShown } from "../masking/strictness.ts";

interface Place {
  readonly path: readonly string[];
  readonly name: string;
  readonly action: "subscribe" | "relay";
  readonly viewed: Viewed;
}

/** Policies exist and extend without a fault. */
export function refuseViews(config: ServerConfig): RefusalReason[] {
  const places: readonly Place[] = [
    ...Object.entries(config.feeds).map(([name, viewed]): Place => ({
      path: ["feeds", name],
      name,
      action: "subscribe",
      viewed,
    })),
    ...Object.entries(config.relays).map(([name, viewed]): Place => ({
      path: ["relays", name],
      name,
      action: "relay",
      viewed,
    })),
  ];
  return places.flatMap((place) => [...refuseOrder(config, place), ...refuseUnread(config, place)]);
}

function refuseOrder({ policies }: ServerConfig, { path, viewed }: Place): RefusalReason[] {
  const { strictness = [], views, policy } = viewed;
  const policyOf: Readonly<Record<string, string>> = { ...views, [DEFAULT_VIEW]: policy };
  const say = (index: number, reason: string): RefusalReason[] => [
    { path: [...path, "strictness", String(index)], code: "BAD_CONFIG", reason },
  ];
  return strictness.flatMap((view, index): RefusalReason[] => {
    if (!Object.hasOwn(policyOf, view))
      return say(index, `no such view; there are ${Object.keys(policyOf).join(", ")}`);
    if (strictness.indexOf(view) < index) return say(index, "this view stands twice; keep one");
    const looser = strictness.slice(index + 1).filter((one) => Object.hasOwn(policyOf, one));
    return looser.flatMap((other) => {
      const [one, two] = [view, other].map((name) => extendPolicy(policies, policyOf[name]));
      const shown = findShown(one, two, withPacks);
      return shown === undefined ? [] : say(index, `is not stricter than ${other}: it ${shown}`);
    });
  });
}

/** Whom tokens of an issuer let in is known to the issuer only; API keys are all there are. */
function refuseUnread({ auth }: ServerConfig, { path, name, action, viewed }: Place): RefusalReason[] {
  if (auth === undefined || auth.issuers.length > 0) return [];
  const grants = auth.apiKeys.flatMap((key) => key.grants).filter(({ actions }) => actions.includes(action));
  const isRead = (view: string): boolean =>
    grants.some(
      ({ views, feeds }) =>
        views.includes(view) && (name === "*" || feeds.some((pattern) => matchesFeed(pattern, name))),
    );
  return Object.keys(viewed.views)
    .filter((view) => !isRead(view))
    .map((view) => ({
      path: [...path, "views", view],
      code: "BAD_CONFIG",
      reason: "nobody may read this view: grant it to an API key, or remove it",
    }));
}
