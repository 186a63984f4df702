// The style sheet of the page. Colours of text keep a contrast of 4.5 to 1 on their ground, in both schemes.

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f3; --panel: #ffffff; --line: #d7dbd8; --ink: #1a1f24; --quiet: #586069;
  --main: #0b62b8; --main-soft: #dcebfa; --second: #a04a00; --bad: #b3231a; --good: #1a7038; --edge: #c3c9cd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1316; --panel: #171c21; --line: #2c343b; --ink: #e4e8eb; --quiet: #9aa5ae;
    --main: #63b0f5; --main-soft: #16324b; --second: #f0a35e; --bad: #ff8b80; --good: #6fcf8b; --edge: #39434b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1520px; padding: 8px; background: var(--ground); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums;
}
h1, h2, h3, p, figure, ul, ol, dl, dd, pre { margin: 0; padding: 0; }
h1 { font-size: 17px; font-weight: 650; }
h2 { font-size: 13px; font-weight: 650; margin-bottom: 8px; }
h3 { font-size: 12px; font-weight: 600; }
a { color: var(--main); }
:focus-visible { outline: 2px solid var(--main); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -99em; }
.skip:focus { left: 8px; top: 8px; padding: 6px 10px; background: var(--panel); z-index: 1; }
.quiet { color: var(--quiet); font-size: 12px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 4px 4px 10px; }
header .more { flex: 1 1 20em; min-height: 1.45em; }
header .live { min-width: 15em; text-align: right; }
#pause[hidden] { display: inline-block; visibility: hidden; }
.state { font-weight: 600; }
.badge { display: inline-flex; align-items: center; gap: 6px; min-width: 6.2em; }
.badge::before { content: ""; width: 10px; height: 10px; border-radius: 50%; background: var(--good); }
.badge[data-level="announced"]::before, .badge[data-level="draining"]::before { background: var(--second); }
.badge[data-level="closed"]::before { background: var(--bad); }
button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; min-width: 6em; min-height: 32px; }
main { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
section { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 10px 12px; min-width: 0; }
.glance { background: none; border: 0; padding: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 8px; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 8px 12px; }
.tile dt { color: var(--quiet); font-size: 12px; }
.tile dd { font-size: clamp(17px, 5.6vw, 22px); font-weight: 600; line-height: 1.25; white-space: nowrap; }
.tile dd small { font-size: 11.5px; font-weight: 400; color: var(--quiet); }
.tile[data-level="bad"] dd { color: var(--bad); }
.bar { display: block; width: 100%; height: 6px; margin-top: 6px; }
.bar rect { fill: var(--edge); }
.bar rect + rect { fill: var(--main); }
.halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 4px 20px; }
.halves figure { max-width: 470px; width: 100%; margin: 0 auto; }
.machine { display: block; width: 100%; height: auto; margin-inline: 0; }
.panel-wide { padding-inline: 0; }
.panel-wide > h2, .panel-wide > p, .panel-wide > details, .halves figcaption { padding-inline: 12px; }
.machine text { text-anchor: middle; fill: var(--ink); font-family: inherit; }
.machine .name { font-size: 11px; fill: var(--quiet); }
.machine .count { font-size: 14px; font-weight: 650; }
.machine .rate { font-size: 10.5px; font-weight: 600; fill: var(--main); paint-order: stroke; stroke: var(--panel); stroke-width: 4px; stroke-linejoin: round; }
.machine .state rect { fill: var(--panel); stroke: var(--edge); stroke-width: 1.2; }
.machine .state[data-level="1"] rect { fill: var(--main-soft); stroke: var(--main); }
.machine .state:not([data-level="1"]) .count { fill: var(--quiet); font-weight: 400; }
.machine .initial { fill: var(--quiet); }
.machine .initial-line { stroke: var(--quiet); stroke-width: 1.2; }
.edge path { fill: none; }
.edge .line { stroke: var(--edge); stroke-width: 1; }
.edge .head { fill: var(--edge); }
.edge .flow { stroke: var(--main); stroke-width: 4; stroke-linecap: round; visibility: hidden; --gap: 44; stroke-dasharray: 0 var(--gap); }
.edge:not([data-level="0"]) .line { stroke: var(--main); }
.edge:not([data-level="0"]) .head { fill: var(--main); }
.edge:not([data-level="0"]) .flow { visibility: visible; animation: flow 1.6s linear infinite; }
.edge[data-level="2"] .flow { --gap: 34; animation-duration: 1.1s; }
.edge[data-level="3"] .flow { --gap: 24; animation-duration: .7s; }
.edge[data-level="3"] .line { stroke-width: 1.4; }
.edge[data-level="4"] .flow { --gap: 17; animation-duration: .45s; }
.edge[data-level="4"] .line { stroke-width: 1.8; }
.edge[data-level="5"] .flow { --gap: 12; animation-duration: .3s; }
.edge[data-level="5"] .line { stroke-width: 2.2; }
@keyframes flow { to { stroke-dashoffset: calc(var(--gap) * -1); } }
.paused .flow { animation-play-state: paused !important; }
@media (prefers-reduced-motion: reduce) { .edge .flow { animation: none !important; visibility: hidden !important; } }
details { margin-top: 8px; }
summary { cursor: pointer; font-size: 12px; color: var(--quiet); min-height: 24px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th { text-align: left; font-weight: 400; color: var(--quiet); }
thead th { font-size: 12px; }
th, td { padding: 3px 6px 3px 0; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; }
.n { text-align: right; white-space: nowrap; padding-right: 0; padding-left: 6px; }
.second { margin-top: 16px; }
tr[data-level="now"] th, .second { margin-top: 16px; }
tr[data-level="now"] td { color: var(--bad); }
tr[data-level=""] td { color: var(--quiet); }
.chart + .chart { margin-top: 12px; }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 12px; list-style: none; font-size: 12px; color: var(--quiet); }
.legend li::before { content: ""; display: inline-block; width: 12px; height: 3px; margin-right: 5px; vertical-align: middle; background: currentColor; }
.legend b { display: inline-block; min-width: 3.2em; color: var(--ink); font-weight: 600; }
.inFlight, .started, .p50 { color: var(--main); }
.queued, .p99 { color: var(--second); }
.refused { color: var(--bad); }
.limit { color: var(--quiet); }
.plot { position: relative; margin-top: 4px; }
.plot svg { display: block; width: 100%; height: 92px; overflow: visible; }
.plot path { fill: none; stroke: currentColor; stroke-width: 1.6; vector-effect: non-scaling-stroke; }
.plot .grid { stroke: var(--line); stroke-width: 1; }
.plot .area { fill: currentColor; fill-opacity: .16; }
.plot .limit { stroke-dasharray: 4 3; }
.plot .top { position: absolute; top: 2px; left: 0; font-size: 11px; color: var(--quiet); background: var(--panel); padding-right: 4px; }
.axis { display: flex; justify-content: space-between; font-size: 11px; color: var(--quiet); margin-top: 2px; }
.faults { list-style: none; }
.faults li { padding: 8px 0; border-top: 1px solid var(--line); }
.faults li[data-level=""] { display: none; }
.none:empty, .trace[data-level=""] { display: none; }
.trace { margin-top: 4px; }
.faults code { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground); border-radius: 6px; padding: 4px 8px; margin-top: 4px; font-size: 12px; }
pre, code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px; }
footer { padding: 10px 4px; }
@media (min-width: 760px) {
  main { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .glance, .machines, .charts, .faulty { grid-column: 1 / -1; }
  .charts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 4px 20px; }
  .charts h2 { grid-column: 1 / -1; margin: 0; }
  .chart + .chart { margin-top: 0; }
}
@media (min-width: 1200px) {
  main { grid-template-columns: repeat(12, minmax(0, 1fr)); }
  .machines { grid-column: span 8; }
  .charts { grid-column: span 4; display: flex; flex-direction: column; gap: 12px; }
  .chart { flex: 1; display: flex; flex-direction: column; }
  .plot { flex: 1; }
  .plot svg { height: 100%; min-height: 108px; }
  .limiter, .refusals, .latency, .held { grid-column: span 3; }
}
`;
