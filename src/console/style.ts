/**
 * The look of the console: two colour schemes, no fonts and no images from anywhere.
 *
 * Owns the style sheet only. Text contrast is 4.5 to 1 or better in both schemes.
 */
export const CONSOLE_STYLE = `
:root {
  --page: #f5f6f9; --card: #ffffff; --line: #dfe3ea; --text: #161b26; --dim: #596275; --accent: #3b4fe0;
  --key: #596275; --number: #8a4b08; --shade: #f0f2f7;
  --ok: #12733f; --wait: #8a5a00; --bad: #b3261e;
  --contact-b: #dde7ff; --contact-t: #1a3f94; --money-b: #d5f2e1; --money-t: #0d5a33;
  --identity-b: #eadfff; --identity-t: #56259b; --network-b: #ffe9c4; --network-t: #714200;
  --secret-b: #ffdcdc; --secret-t: #931620;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1017; --card: #151a24; --line: #262e3d; --text: #e7ebf3; --dim: #98a3b8; --accent: #8c9bff;
    --key: #98a3b8; --number: #f0b674; --shade: #10141c;
    --ok: #5bd694; --wait: #f2c25b; --bad: #ff8a80;
    --contact-b: #1c3166; --contact-t: #b9ceff; --money-b: #123f2a; --money-t: #8fe7b8;
    --identity-b: #3b2468; --identity-t: #d8c3ff; --network-b: #4a3410; --network-t: #ffd48a;
    --secret-b: #561a20; --secret-t: #ffb8b8;
  }
}
* { box-sizing: border-box; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1, h2, h3, p, dl, dd, ol, ul, pre { margin: 0; padding: 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); color: var(--accent); padding: .3rem .6rem; z-index: 1; }

header { display: flex; align-items: center; gap: .8rem; padding: .9rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--card); }
h1 { font-size: 1.25rem; letter-spacing: -.02em; }
.mark { width: 56px; height: 28px; flex: none; fill: none; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
.mark .raw { stroke: var(--bad); } .mark .clean { stroke: var(--ok); } .mark rect { fill: var(--accent); }
.tag { color: var(--dim); }
.state { margin-left: auto; padding: .15rem .75rem; border: 1px solid; border-radius: 1rem; font-size: .85rem; white-space: nowrap; color: var(--wait); }
.state::before { content: "\\25CF"; margin-right: .45rem; }
.state[data-state="live"] { color: var(--ok); }
.state[data-state="stopped"] { color: var(--bad); }
@media (prefers-reduced-motion: no-preference) {
  .state[data-state="live"]::before { animation: beat 2s ease-in-out infinite; }
  .rows > li { animation: arrive .35s ease-out; }
}
@keyframes beat { 50% { opacity: .35; } }
@keyframes arrive { from { opacity: 0; transform: translateY(-.4rem); } }

main { display: grid; grid-template-columns: minmax(0, 1.65fr) minmax(0, 1fr); gap: 1.2rem; max-width: 1680px; margin: 0 auto; padding: 1.2rem 1.5rem; align-items: start; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; }
section > *, #paste > * { flex: none; }
#paste { display: contents; }
@media (min-width: 901px) {
  main { height: calc(100vh - 62px); }
  section { max-height: 100%; height: 100%; overflow: auto; display: flex; flex-direction: column; }
}
@media (max-width: 900px) {
  main { grid-template-columns: minmax(0, 1fr); padding: .8rem; }
  .tag { display: none; }
  .rows { max-height: 70vh; }
}
.bar { display: flex; align-items: center; gap: .5rem; flex-wrap: wrap; min-height: 2.1rem; }
h2 { font-size: 1.02rem; margin-right: auto; }
h3, label { font-size: .85rem; font-weight: 600; color: var(--dim); }
form { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; margin-top: .5rem; }
form div { display: flex; gap: .5rem; align-items: center; }
button, input, textarea { font: inherit; color: inherit; background: var(--shade); border: 1px solid var(--line); border-radius: 7px; }
button, input { padding: .25rem .7rem; font-size: .88rem; }
#name { width: 9.5rem; }
button { cursor: pointer; }
button:hover, button[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }

code, pre, textarea, .rows, #position, #name { font-family: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; }
.figures { display: flex; gap: 1.6rem; flex-wrap: wrap; margin: .9rem 0 .6rem; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { font-size: .78rem; color: var(--dim); }
.figures dd { font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; }
.figures .wide { margin-left: auto; }
#position { font-size: .92rem; font-weight: 500; line-height: 2; }
.entities { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem .5rem; min-height: 1.9rem; padding-bottom: .7rem; border-bottom: 1px solid var(--line); font-size: .82rem; }
.entities b { margin-left: .3rem; font-variant-numeric: tabular-nums; font-weight: 600; }
.note { margin: .7rem 0 0; padding: .45rem .8rem; border: 1px solid var(--wait); border-radius: 7px; color: var(--wait); font-size: .88rem; }
.rows:empty { flex: none; }
.empty { padding: 3rem 0; color: var(--dim); text-align: center; }
.empty code { overflow-wrap: anywhere; }

.rows { list-style: none; overflow: auto; flex: 1; min-height: 0; font-size: .82rem; line-height: 1.65; }
.rows > li { padding: .55rem .2rem; border-bottom: 1px solid var(--line); }
.rows .meta { display: flex; gap: .9rem; color: var(--dim); font-size: .76rem; }
.rows .type { color: var(--accent); font-weight: 600; }
.rows .id { margin-left: auto; }
.rows .gap { color: var(--wait); }
.data { white-space: pre-wrap; overflow-wrap: anywhere; }
.stars { color: var(--ok); }
.k { color: var(--key); } .n { color: var(--number); }
.chip { padding: .05rem .4rem; border-radius: 5px; font-weight: 600; font-size: .94em; white-space: nowrap; font-family: ui-monospace, "DejaVu Sans Mono", monospace; background: var(--line); }
.contact { background: var(--contact-b); color: var(--contact-t); }
.money { background: var(--money-b); color: var(--money-t); }
.identity { background: var(--identity-b); color: var(--identity-t); }
.network { background: var(--network-b); color: var(--network-t); }
.secret { background: var(--secret-b); color: var(--secret-t); }

.samples { display: flex; flex-wrap: wrap; gap: .4rem; margin: .6rem 0; }
textarea { width: 100%; resize: vertical; padding: .6rem .7rem; font-size: .82rem; line-height: 1.6; margin-top: .25rem; min-height: 8rem; }
.try pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82rem; line-height: 1.65; border: 1px solid var(--line); border-left: 3px solid var(--ok); border-radius: 7px; padding: .6rem .7rem; margin-top: .25rem; min-height: 3rem; background: var(--shade); }
.try pre.shell { border-left-color: var(--line); color: var(--dim); font-size: .78rem; }
.try pre.failed { border-left-color: var(--bad); color: var(--bad); }
.hint { font-size: .8rem; color: var(--dim); margin: .3rem 0 .8rem; }
@media (max-width: 480px) {
  form div, form button { width: 100%; }
  form label { width: 3rem; }
  form input { flex: 1; min-width: 0; }
  .figures { gap: .5rem 1.1rem; }
  .figures dd { font-size: 1.15rem; }
  .figures .wide { flex-direction: row-reverse; gap: .5rem; align-items: baseline; margin: 0; }
}
`;
