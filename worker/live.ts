/**
 * Policies that change without a deployment: one JSON object in Workers KV, R2, or behind a binding that answers HTTP.
 *
 * Owns the three ways to read it. What cannot be read is no policy: the reader refuses, and nobody is served by an old one.
 */

/** Bound as MASKWIRE_LIVE. */
export type LiveBinding =
  | { get(key: string): Promise<string | { text(): Promise<string> } | null> }
  | { fetch(url: string): Promise<Response> };

const KEY = "maskwire.json";
const URL_OF_KEY = `https://live/${KEY}`;

/** The JSON value; null when there is none, or none that can be read. Never throws. */
export async function readLive(binding: LiveBinding): Promise<unknown> {
  try {
    const text = "fetch" in binding ? await fetchText(binding) : await getText(binding);
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

async function fetchText(binding: Extract<LiveBinding, { fetch: unknown }>): Promise<string | null> {
  const response = await binding.fetch(URL_OF_KEY);
  return response.status === 200 ? await response.text() : null;
}

async function getText(binding: Extract<LiveBinding, { get: unknown }>): Promise<string | null> {
  const value = await binding.get(KEY);
  return typeof value === "object" && value !== null ? await value.text() : value;
}
