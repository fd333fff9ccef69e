/**
 * The page that `GET /` serves: one self-contained HTML document without any external request.
 *
 * Owns the markup, and that there is exactly one style and one script element, so that a content security
 * policy can allow both by their hash; besides, it needs `connect-src 'self'` and `img-src data:` (the icon). Never holds data: what
 * is dynamic is written by script.ts as text, but for the few words of the configuration in `ConsoleFacts`.
 */
import { CONSOLE_SCRIPT } from "./script.ts";
import { CONSOLE_STYLE } from "./style.ts";

const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>maskwire</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%233b4fe0'/%3E%3Cpath d='M5 16h5l2-5 3 10 2-5h10' fill='none' stroke='%23fff' stroke-width='2.5'/%3E%3C/svg%3E">
`;

const HEADER = `<a class="skip" href="#rows">Skip to the events</a>
<header>
<svg class="mark" viewBox="0 0 64 32" aria-hidden="true"><path class="raw" d="M2 16h6l3-9 5 18 4-13 2 4h4"/><rect x="27" y="6" width="10" height="20" rx="3"/><path class="clean" d="M40 16h22"/></svg>
<h1>maskwire</h1>
<p class="tag">Only masked data leaves this wire.</p>
<p class="state" id="state" role="status" data-state="connecting">connecting</p>
</header>
`;

const FEED = `<section class="feed" aria-labelledby="feed-title">
<div class="bar">
<h2 id="feed-title">Live feed</h2>
<button type="button" id="pause" aria-pressed="false">Pause</button>
<button type="button" id="clear">Clear</button>
</div>
<form id="pick">
<div><label for="name">Feed</label>
<input id="name" name="feed" list="names" value="demo" autocomplete="off" spellcheck="false" required
 pattern="[A-Za-z0-9._\\-]{1,64}(,[A-Za-z0-9._\\-]{1,64}){0,5}" title="one to six feed names, joined by commas">
<datalist id="names"></datalist></div>
<div><label for="view">View</label>
<input id="view" name="view" size="9" list="views" placeholder="default" autocomplete="off" spellcheck="false"
 pattern="[A-Za-z0-9._\\-]{1,64}" title="a view that the feed names; empty for its default">
<datalist id="views"></datalist></div>
<div><label for="token">Token</label>
<input id="token" type="password" size="7" placeholder="none" autocomplete="off" spellcheck="false" title="where the server asks for one; kept by this page only"></div>
<button>Follow</button>
</form>
<dl class="figures">
<div><dt>events a second</dt><dd id="rate">0.0</dd></div>
<div><dt>events seen</dt><dd id="seen">0</dd></div>
<div><dt>values masked</dt><dd id="masked">0</dd></div>
<div class="wide"><dt>position</dt><dd id="position">none yet</dd></div>
</dl>
<ul class="entities" id="entities" aria-label="Masked values by entity"></ul>
<p class="note" id="note" hidden></p>
<ol class="rows" id="rows" tabindex="0" role="log" aria-live="off" aria-label="Masked events, newest first"></ol>
<p class="empty" id="empty">Waiting for the first event. Publish one:<br>
<code id="publish"></code></p>
</section>
`;

const TRY = `<section class="try" aria-labelledby="try-title">
<div class="bar">
<h2 id="try-title">Paste text, see it masked</h2>
</div>
<p class="hint" id="elsewhere" hidden>This listener serves subscribers. Masking and publishing have their own, and no page reaches it.</p>
<div id="paste">
<div class="samples" role="group" aria-label="Examples">
<button type="button" data-sample="mail">Support mail</button>
<button type="button" data-sample="json">JSON order</button>
<button type="button" data-sample="lines">Log lines</button>
<button type="button" data-sample="sse">SSE stream</button>
</div>
<label for="input">Raw</label>
<textarea id="input" rows="10" spellcheck="false" autocomplete="off" aria-describedby="privacy"></textarea>
<p class="hint" id="privacy">Sent to this server only. Nothing of it is stored or logged.</p>
<h3 id="output-title">Masked</h3>
<pre id="output" tabindex="0" role="region" aria-labelledby="output-title"></pre>
<p class="hint" id="verdict" role="status"></p>
</div>
<h3>From a terminal</h3>
<pre class="shell" tabindex="0" aria-label="Commands" id="shell"></pre>
</section>
`;

/** What the page says of the server that it comes from. */
export interface ConsoleFacts {
  /** Names of feeds, the first of which it opens; none where it has to be asked for. */
  readonly feeds: readonly string[];
  readonly views: readonly string[];
  /** The port of the publish listener, where that is another one. */
  readonly publishPort: number | undefined;
}

/** The whole document; UTF-8, about 20 KB. Names are of `A-Z a-z 0-9 . _ -`, which need no escape. */
export function consoleDocument({ feeds, views, publishPort }: ConsoleFacts): string {
  return `${HEAD}<style>${CONSOLE_STYLE}</style>
</head>
<body data-feeds="${feeds.join(" ")}" data-views="${views.join(" ")}" data-publish="${publishPort ?? ""}">
${HEADER}<main>
${FEED}${TRY}</main>
<noscript><p class="note">The page needs JavaScript; the feed itself does not: <code>curl -N</code> it.</p></noscript>
<script>${CONSOLE_SCRIPT}</script>
</body>
</html>
`;
}
