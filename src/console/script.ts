/**
 * What the console does in the browser: follows a feed, paints events, masks what is pasted.
 *
 * Owns the script's text. Data becomes text nodes only, never markup; the number of rows is bounded; nothing is
 * kept in the browser's storage and nothing is sent anywhere but to this origin. The comments stand outside of it: it is sent
 * to everybody.
 */
import { CONSOLE_STREAM } from "./stream.ts";

/**
 * `appendMasked` appends text with its placeholders and tokens as chips, what the operator `mask` left in its colour, and tells
 * found() each entity: only names that look like one, for `[INFO]` stands in logs. `appendData` adds the colours of JSON.
 */
const PAINT = String.raw`
const ROWS_MAX = 200;
const SHOWN_CHARACTERS = 4000;
const FAMILIES = [
  ["contact", /^(EMAIL|PHONE|URL_CREDENTIALS)$/],
  ["money", /^(CREDIT_CARD|CARD_[A-Z_]+|IBAN|SWIFT_BIC|US_ABA|CRYPTO_ADDRESS)$/],
  ["network", /^(IPV4|IPV6|MAC)$/],
  ["secret", /(KEY|TOKEN|JWT|PASSWORD_FIELD|AUTH_HEADER|HIGH_ENTROPY)$/],
  ["identity", /^([A-Z]{2}_[A-Z_]+|DATE_OF_BIRTH|KEYED_PII|PERSON)$/],
  ["other", /_|^(URL|PLACE|FIELD|DENIED|UNCHECKED)$/],
];
const PLACEHOLDER = /\[([A-Z][A-Z0-9_]{1,39})\]|\b([A-Z][A-Z0-9_]{1,39}?)_[a-z2-7]{8,52}\b|\*(?:[*\w@.:\/+()-]| (?=\W?\*)){0,80}\*{2}/g;
const JSON_PIECE = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;

const byId = (id) => document.getElementById(id);
const familyOf = (entity) => (FAMILIES.find(([, names]) => names.test(entity)) || [""])[0];

function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function appendMasked(parent, text, found) {
  let from = 0;
  for (const hit of text.matchAll(PLACEHOLDER)) {
    const entity = hit[1] || hit[2];
    const family = entity ? familyOf(entity) : "stars";
    if (family === "") continue;
    parent.append(text.slice(from, hit.index), element("span", entity ? "chip " + family : family, hit[1] || hit[0]));
    if (entity) found(entity);
    from = hit.index + hit[0].length;
  }
  parent.append(text.slice(from));
}

function appendData(parent, text, found) {
  const shown = text.slice(0, SHOWN_CHARACTERS);
  let from = 0;
  for (const piece of /^\s*[{[]/.test(shown) ? shown.matchAll(JSON_PIECE) : []) {
    const isKey = piece[2] !== undefined;
    if (piece[1] !== undefined && !isKey) continue;
    appendMasked(parent, shown.slice(from, piece.index), found);
    if (isKey) parent.append(element("wbr"));
    const span = element("span", isKey ? "k" : "n");
    appendMasked(span, piece[0], found);
    parent.append(span);
    from = piece.index + piece[0].length;
  }
  appendMasked(parent, shown.slice(from), found);
  if (text.length > shown.length) parent.append(element("span", "k", " … " + (text.length - shown.length) + " more characters"));
}
`;

/** The publish listener has another port, where this page may not send: the commands say it, at the host that served the page. */
const FEED = String.raw`
const facts = document.body.dataset;
const isElsewhere = facts.publish !== "";
const publishOrigin = isElsewhere ? location.protocol + "//" + location.hostname + ":" + facts.publish : location.origin;
const rows = byId("rows");
const counts = new Map();
let seen = 0, masked = 0, isPaused = false, missedWhilePaused = 0, arrivals = [];

function count(entity) {
  masked += 1;
  counts.set(entity, (counts.get(entity) || 0) + 1);
}

function addRow(row) {
  byId("empty").hidden = true;
  rows.prepend(row);
  while (rows.childElementCount > ROWS_MAX) rows.lastElementChild.remove();
}

function showEvent(event) {
  if (seen++ === 0) setTimeout(refreshFigures, 99);
  arrivals.push(Date.now());
  if (isPaused) { missedWhilePaused += 1; return; }
  const row = element("li");
  const meta = element("div", "meta");
  meta.append(element("span", "type", event.type), element("time", "", new Date().toLocaleTimeString()), element("span", "id", event.id));
  const data = element("div", "data");
  appendData(data, event.data, count);
  row.append(meta, data);
  addRow(row);
}

function showGap(event) {
  let lost = null;
  try { lost = JSON.parse(event.data).lost; } catch { lost = null; }
  addRow(element("li", "gap", lost === null ? "Events are missing here: the server started a new history." : lost + " events are missing here: they are older than the history."));
}

function setState(state, text) {
  const node = byId("state");
  if (state === "live") byId("note").hidden = true;
  byId("empty").hidden = state === "stopped" || seen > 0;
  node.dataset.state = state;
  if (node.textContent !== text) node.textContent = text;
}

function refreshFigures() {
  const now = Date.now();
  arrivals = arrivals.filter((at) => now - at < 5000);
  byId("rate").textContent = (arrivals.length / 5).toFixed(1);
  byId("seen").textContent = String(seen);
  byId("masked").textContent = masked || !seen ? masked : "\u2013";
  byId("pause").textContent = isPaused ? "Resume (" + missedWhilePaused + " passed)" : "Pause";
  const items = [...counts].sort((a, b) => b[1] - a[1]).map(([entity, total]) => {
    const item = element("li");
    item.append(element("span", "chip " + familyOf(entity), entity), element("b", "", String(total)));
    return item;
  });
  byId("entities").replaceChildren(...items);
}

function clearFeed() {
  seen = masked = missedWhilePaused = 0;
  arrivals = [];
  counts.clear();
  rows.replaceChildren();
  byId("empty").hidden = false;
  refreshFigures();
}

let stopFollowing = () => {};
function follow(feed, view) {
  stopFollowing();
  clearFeed();
  byId("note").hidden = true;
  byId("position").textContent = "none yet";
  const bearer = byId("token").value === "" ? "" : " -H \"authorization: Bearer $TOKEN\"";
  byId("publish").textContent = "curl " + publishOrigin + feedPath(feed.split(",")[0]) + bearer + " -H 'content-type: application/json' -d '{\"to\":\"ana@example.com\"}'";
  byId("shell").textContent = "curl -N '" + location.origin + feedPath(feed) + (view && "?view=" + view) + "'" + bearer + "\n\necho 'write to ana@example.com' | curl -T -" + bearer + " \\\n  -H 'content-type: text/plain' \\\n  " + publishOrigin + "/v1/mask";
  maskInput();
  const events = { "maskwire.gap": showGap, "maskwire.end": () => {} };
  stopFollowing = openFeed(feed, view, {
    event: (event) => (events[event.type] || showEvent)(event),
    position: (id) => { byId("position").textContent = id; },
    state: setState,
    refused: (text) => { byId("note").textContent = text; byId("note").hidden = false; },
  });
}

byId("pick").addEventListener("submit", (submit) => {
  submit.preventDefault();
  const feed = byId("name").value.trim();
  if (![...byId("names").options].some((option) => option.value === feed)) {
    const option = element("option");
    option.value = feed;
    byId("names").append(option);
  }
  const view = byId("view").value.trim();
  location.hash = view === "" ? feed : feed + "/" + view;
  follow(feed, view);
});
byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  missedWhilePaused = 0;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  refreshFigures();
});
byId("clear").addEventListener("click", clearFeed);
setInterval(refreshFigures, 1000);
`;

const TRY = String.raw`
const SAMPLES = {
  mail: "Hi, this is Ana Torres. My card 4111 1111 1111 1111 was charged twice.\nPlease write to ana.torres@example.com or call +1 202-555-0147.\nRefund to GB82 WEST 1234 5698 7654 32. I came from 203.0.113.24.\nOrder 4111 1111 1111 1112 is not a card, and v10.2.3 is not an address.",
  json: JSON.stringify({ id: 10042, customer: { name: "Ana Torres", email: "ana.torres@example.com", ssn: "900-12-3456" }, card: 4111111111111111, note: JSON.stringify({ callback: "+44 20 7946 0958", ip: "2001:db8::7" }) }, null, 2).replace("ana.torres@", "ana.torres\\u0040"),
  lines: '{"level":"info","msg":"login ok","user":"li.wei@example.org","ip":"198.51.100.7"}\n{"level":"warn","msg":"retry","mac":"00:00:5e:00:53:af","trace":"7f3c9a"}\n{"level":"info","msg":"paid","iban":"DE89370400440532013000","amount":12.50}',
  sse: 'event: order\nid: 17\ndata: {"email":"ana.torres@example.com","card":"5555 5555 5555 4444"}\n\nevent: note\ndata: call +1 202-555-0147 before noon\n\n',
};

function isJson(text) {
  try { JSON.parse(text); return true; } catch { return false; }
}

function contentTypeOf(text) {
  if (/^(data|event|id|retry)?:/.test(text)) return "text/event-stream";
  if (!/^\s*[{["]/.test(text)) return "text/plain";
  if (isJson(text)) return "application/json";
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every(isJson) ? "application/x-ndjson" : "text/plain";
}

let attempt = 0, waiting = 0;
async function maskInput() {
  if (isElsewhere) return;
  const mine = ++attempt;
  const text = byId("input").value;
  const type = contentTypeOf(text);
  const output = byId("output");
  let answer = "", problem = "";
  try {
    const response = await fetch("/v1/mask", { method: "POST", headers: withToken({ "content-type": type }), body: text });
    answer = await response.text();
    if (!response.ok) problem = refusalOf(response.status, answer);
  } catch { problem = "The server cannot be reached."; }
  if (mine !== attempt) return;
  let found = 0;
  output.replaceChildren();
  output.className = problem === "" ? "" : "failed";
  if (problem === "") appendData(output, answer, () => { found += 1; });
  else output.append(problem);
  byId("verdict").textContent = problem === "" && text !== "" ? found + (found === 1 ? " value" : " values") + " masked, read as " + type + "." : "";
}

byId("input").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(maskInput, 150); });
for (const button of document.querySelectorAll("[data-sample]")) {
  button.addEventListener("click", () => { byId("input").value = SAMPLES[button.dataset.sample]; maskInput(); });
}
byId("input").value = SAMPLES.mail;
byId("paste").hidden = isElsewhere;
byId("elsewhere").hidden = !isElsewhere;
if (isElsewhere) byId("try-title").textContent = "Mask a text";

for (const list of ["names", "views"]) {
  for (const value of facts[list === "names" ? "feeds" : list].split(" ").filter(Boolean)) {
    const option = element("option");
    option.value = value;
    byId(list).append(option);
  }
}
const [askedFeed, askedView = ""] = decodeURIComponent(location.hash.slice(1)).split("/");
byId("name").value = askedFeed || facts.feeds.split(" ")[0] || "demo";
byId("view").value = askedView;
if (byId("name").checkValidity() && byId("view").checkValidity()) follow(byId("name").value, askedView);
else maskInput();
`;

/** Plain script, no module; needs a browser of 2023 or later. */
export const CONSOLE_SCRIPT = `"use strict";
(() => {
${CONSOLE_STREAM}${PAINT}${FEED}${TRY}})();
`;
