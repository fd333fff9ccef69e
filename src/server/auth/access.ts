/**
 * What one request may do.
 *
 * Owns the answers that routes ask for. Knows no token.
 */
import { StreamError } from "../../core/index.ts";
import { type Action, type Grant, matchesFeed } from "./grant.ts";

/** Whom a token names. */
export interface Caller {
  /** The `sub` of a JWT, or the name of an API key. */
  readonly name: string;
  /** The `iss` of a JWT; absent for an API key. */
  readonly issuer?: string;
}

export interface Access {
  /** Whose it is, as an opaque name: the same for all tokens of one subject. Undefined where nobody is asked. */
  readonly subject: string | undefined;
  /** When it ends; streams end then too. */
  readonly expiresAtMs: number | undefined;
  /** Undefined when nobody was asked, or the token does not say. */
  readonly caller: Caller | undefined;
  /** True when the action is granted on every name; `mask` has no name. */
  allows(action: Action, names: readonly string[]): boolean;
  /**
   * The view to show of all these: the one that was asked for, or the only one that is granted.
   * @throws StreamError `GRANT_MISSING`, `VIEW_REQUIRED`.
   */
  viewOf(action: Action, names: readonly string[], asked: string | undefined): string | undefined;
}

/** Nobody is asked who he is. */
export const OPEN: Access = {
  subject: undefined,
  expiresAtMs: undefined,
  caller: undefined,
  allows: () => true,
  viewOf: (_action, _names, asked) => asked,
};

/** @throws StreamError `GRANT_MISSING`. */
export function requireAction(access: Access, action: Action, names: readonly string[]): void {
  if (!access.allows(action, names)) throw new StreamError("GRANT_MISSING");
}

export interface Holder {
  readonly subject: string;
  readonly caller: Caller | undefined;
  readonly expiresAtMs: number | undefined;
}

export class GrantedAccess implements Access {
  readonly subject: string;
  readonly expiresAtMs: number | undefined;
  readonly caller: Caller | undefined;
  readonly grants: readonly Grant[];

  constructor(grants: readonly Grant[], { subject, caller, expiresAtMs }: Holder) {
    this.subject = subject;
    this.grants = grants;
    this.caller = caller;
    this.expiresAtMs = expiresAtMs;
  }

  allows(action: Action, names: readonly string[]): boolean {
    if (names.length === 0) return this.grants.some(({ actions }) => actions.includes(action));
    return names.every((name) => this.#viewsOf(action, name).length > 0);
  }

  viewOf(action: Action, names: readonly string[], asked: string | undefined): string {
    const [first = [], ...others] = names.map((name) => this.#viewsOf(action, name));
    const common = [...new Set(first)].filter((view) => others.every((views) => views.includes(view)));
    const view = asked ?? (common.length === 1 ? common[0] : undefined);
    if (view === undefined && common.length > 1) throw new StreamError("VIEW_REQUIRED");
    if (view === undefined || !common.includes(view)) throw new StreamError("GRANT_MISSING");
    return view;
  }

  #viewsOf(action: Action, name: string): readonly string[] {
    return this.grants
      .filter(({ actions, feeds }) => actions.includes(action) && feeds.some((pattern) => matchesFeed(pattern, name)))
      .flatMap(({ views }) => views);
  }
}
