/** Stands in for what Hono brings and no route asks for: forms read by it, HTML made of parts, and apps under apps. */
function absent(): never {
  throw new TypeError("no part of the worker");
}

export const parseBody = absent;
export const resolveCallback = absent;
export const createMountedRequest = absent;
export const HtmlEscapedCallbackPhase = {};
