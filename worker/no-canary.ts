/** Stands in for `src/server/lifecycle/canary.ts`: settings with a canary are refused at the edge, so there is none to be made. */
export const parseEndpoint = (): undefined => undefined;

export const Canary = undefined;
