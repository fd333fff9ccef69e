/**
 * How the console reads a feed: `fetch` with a reader, an event-stream parser, and reconnecting by position.
 *
 * Owns the connection. `EventSource` would hide unknown event types, the status of a refusal and, later, could
 * not send a token. Never paints.
 *
 * `withToken`: the token stays in its field, and nothing stores it. `createParser`: a push parser that calls event() at each
 * dispatch, position() at each committed id, retry() at each new delay. `openFeed`: follows a view of a feed, its default for
 * "", until the returned function is called, and resumes from the last position after a broken connection.
 */
export const CONSOLE_STREAM = String.raw`
const feedPath = (feed) => "/v1/feeds/" + feed.split(",").map(encodeURIComponent).join(",") + "/events";

function refusalOf(status, body) {
  try {
    const error = JSON.parse(body).error;
    return error.code + ": " + error.text + (status === 401 ? ". Give one in the field Token." : "");
  } catch { return "The server answered " + status + "."; }
}

function withToken(headers) {
  const token = document.getElementById("token").value.trim();
  return token === "" ? headers : { ...headers, authorization: "Bearer " + token };
}

function createParser(on) {
  let rest = "", data = [], type = "", id = "", committed = "";
  function line(text) {
    if (text === "") {
      if (id !== committed) { committed = id; on.position(id); }
      if (data.length > 0) on.event({ type: type || "message", id: committed, data: data.join("\n") });
      data = [];
      type = "";
      return;
    }
    const colon = text.indexOf(":");
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") type = value;
    else if (name === "id") id = value;
    else if (name === "retry" && /^\d{1,6}$/.test(value)) on.retry(Number(value));
  }
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const text of lines) line(text.replace(/\r$/, ""));
  };
}

function openFeed(feed, view, on) {
  const abort = new AbortController();
  let position = "", delayMs = 1000, failures = 0;

  async function readOnce() {
    const headers = withToken({ accept: "text/event-stream" });
    if (position !== "") headers["last-event-id"] = position;
    const query = new URLSearchParams(position === "" ? { from: "-20" } : {});
    if (view !== "") query.set("view", view);
    const url = feedPath(feed) + "?" + query;
    const response = await fetch(url, { headers, signal: abort.signal, cache: "no-store" });
    if (!response.ok) {
      const isFinal = response.status < 500 && response.status !== 408 && response.status !== 429;
      on.refused(refusalOf(response.status, await response.text()));
      return isFinal;
    }
    on.state("live", "live");
    failures = 0;
    const push = createParser({
      event: on.event,
      position: (id) => { position = id; on.position(id); },
      retry: (ms) => { delayMs = ms; },
    });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return response.status === 204;
      push(decoder.decode(value, { stream: true }));
    }
  }

  async function run() {
    while (!abort.signal.aborted) {
      on.state("connecting", failures === 0 ? "connecting" : "connecting again");
      const isFinal = await readOnce().catch(() => false);
      if (abort.signal.aborted) return;
      if (isFinal) { on.state("stopped", "refused"); return; }
      failures += 1;
      const waitMs = Math.min(delayMs * 2 ** Math.min(failures - 1, 4), 15000) * (0.5 + Math.random() / 2);
      on.state("connecting", "lost, trying again");
      await new Promise((resume) => setTimeout(resume, waitMs));
    }
  }
  run();
  return () => abort.abort();
}
`;
