/**
 * What a caller may do: actions on feeds by name pattern, and the views that it may see.
 *
 * Owns the patterns, and how grants stand in a token's claims. A grant that cannot be read grants nothing.
 */
export const ACTIONS = ["publish", "subscribe", "relay", "mask", "detokenize"] as const;
export type Action = (typeof ACTIONS)[number];

export interface Grant {
  readonly actions: readonly Action[];
  /** Feeds (for `relay` relays, for `detokenize` policies): a name, `orders.*` for one more label, `orders.>` for any further, `>` for all. */
  readonly feeds: readonly string[];
  /** View names; what subscribers see. */
  readonly views: readonly string[];
}

/** What a grant without views lets see. */
export const DEFAULT_VIEWS: readonly string[] = ["default"];

/** Pattern labels: names, `*`, and `>` as the last one. */
export const FEED_PATTERN = /^(?:(?:[A-Za-z0-9_-]+|\*)(?:\.(?:[A-Za-z0-9_-]+|\*))*(?:\.>)?|>)$/;
const TOKEN_TYPE = "maskwire";

export function matchesFeed(pattern: string, name: string): boolean {
  const wanted = pattern.split(".");
  const labels = name.split(".");
  const isOpen = wanted.at(-1) === ">";
  if (isOpen ? labels.length < wanted.length : labels.length !== wanted.length) return false;
  return wanted.every((label, at) => (isOpen && at === wanted.length - 1) || label === "*" || label === labels[at]);
}

/** Grants of a token: RFC 9396 details of our type, and scopes `maskwire:subscribe:orders.*:support`. */
export function grantsIn(claims: Readonly<Record<string, unknown>>): Grant[] {
  const { authorization_details: details, scope } = claims;
  const written = Array.isArray(details) ? details.flatMap(readDetail) : [];
  const short = typeof scope === "string" ? scope.split(" ").flatMap(readScope) : [];
  return [...written, ...short];
}

function readDetail(detail: unknown): Grant[] {
  if (typeof detail !== "object" || detail === null) return [];
  const { type, actions, feeds, views = DEFAULT_VIEWS } = detail as Readonly<Record<string, unknown>>;
  if (type !== TOKEN_TYPE || !isStrings(actions) || !isStrings(feeds) || !isStrings(views)) return [];
  return grantOf(actions, feeds, views);
}

function readScope(scope: string): Grant[] {
  const [type, action, feed, view, ...rest] = scope.split(":");
  if (type !== TOKEN_TYPE || action === undefined || feed === undefined || rest.length > 0) return [];
  return grantOf([action], [feed], view === undefined ? DEFAULT_VIEWS : [view]);
}

/** An unknown action or a pattern that nobody can read takes the whole grant with it. */
function grantOf(actions: readonly string[], feeds: readonly string[], views: readonly string[]): Grant[] {
  const isKnown = actions.every((action) => (ACTIONS as readonly string[]).includes(action));
  if (!isKnown || !feeds.every((feed) => FEED_PATTERN.test(feed))) return [];
  return [{ actions: actions as readonly Action[], feeds, views }];
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
