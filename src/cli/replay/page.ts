import type { PlanarModel } from "../../mjcf/model.js";
import { escapeXml } from "../escape.js";
import { contentPolicy } from "../page.js";
import { composePicture } from "./compose.js";
import { momentOf, packReplay, type ReplayData, type ReplayExtras } from "./data.js";
import type { Frame } from "./frame.js";
import { palettes } from "./palette.js";
import { runPlayer } from "./player.js";

/** What a replay's page says and shows beside the pictures. */
export interface ReplayPage extends ReplayExtras {
  /** A sentence under the headline. */
  readonly summary: string;
  /** What happened on the way, a sentence each. */
  readonly notes?: readonly string[];
}

/**
 * A replay as one HTML page that needs nothing else. The address ending in `#t=1.5` shows 1.5 s, paused.
 * @param frames At least one, in the order of their times.
 */
export function renderReplay(model: PlanarModel, frames: readonly Frame[], extras: ReplayPage): string {
  const data = packReplay(model, frames, extras);
  const title = escapeXml(model.name);
  const { summary, notes = [] } = extras;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${contentPolicy(script)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: replay</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p>${escapeXml(summary)}</p>
${notes.length === 0 ? "" : `<ul class="notes">${notes.map((note) => `<li>${escapeXml(note)}`).join("")}</ul>`}
</header>
<section class="card">
<canvas id="stage" role="img" aria-label="${title} in motion"></canvas>
${controls(data)}
</section>
<section class="curves">
${data.potential.length > 0 ? energy : ""}
${data.curves.map((curve, k) => curveFigure(curve.name, k)).join("\n")}
</section>
<p class="keys"><kbd>space</kbd> play or pause, <kbd>←</kbd> <kbd>→</kbd> one frame, with <kbd>shift</kbd> 0.25 s, <kbd>home</kbd> <kbd>end</kbd>, <kbd>f</kbd> contact forces; drag in a curve to scrub</p>
<noscript><p>This replay needs JavaScript.</p></noscript>
</main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${script}</script>
</body>
</html>
`;
}

const speeds = ["0.1", "0.25", "0.5", "1", "2", "4"];

const controls = ({ times, force }: ReplayData): string => `<div class="controls">
<button id="play" type="button" aria-label="play"><svg viewBox="0 0 20 20" aria-hidden="true"><path class="go" d="M5 3L17 10L5 17Z"/><path class="stop" d="M4 3H8V17H4ZM12 3H16V17H12Z"/></svg></button>
<input id="scrub" type="range" min="${times[0]}" max="${times.at(-1)}" step="any" value="${times[0]}" aria-label="time">
<output id="clock"></output>
<label>speed <select id="speed">${speeds.map((speed) => `<option value="${speed}"${speed === "1" ? " selected" : ""}>${speed}×`).join("")}</select></label>
<label><input id="forces" type="checkbox" ${force > 0 ? "checked" : "disabled"}> contact forces</label>
</div>`;

const chart = (lines: readonly string[]): string =>
  `<svg class="curve" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true"><path class="limits"/>${lines.map((line) => `<path class="${line}"/>`).join("")}<line y1="0" y2="100"/></svg>`;

const energy = `<figure id="energy" class="card">
<figcaption>energy, J <span class="potential">potential <output id="potential"></output></span> <span class="kinetic">kinetic <output id="kinetic"></output></span> <span class="total">sum <output id="total"></output></span></figcaption>
${chart(["total", "potential", "kinetic"])}
</figure>`;

const curveFigure = (name: string, k: number): string => `<figure class="card" data-curve="${k}">
<figcaption>${escapeXml(name)} <output></output></figcaption>
${chart(["value"])}
</figure>`;

// functions as text: a transpiler that keeps their names wraps every one of them in __name
const script = `
const __name = (value) => value;
(${runPlayer})({
data: JSON.parse(document.getElementById("data").textContent),
palettes: ${JSON.stringify(palettes)},
momentOf: ${momentOf},
composePicture: ${composePicture},
});
`;

const style = `
:root { color-scheme: light dark; --ink: #202428; --soft: #5f6368; --line: #dfe3e7; --page: #f6f7f9; --card: #fff; --link: #0b5cad; --warm: #b4610a; --violet: #6a3fc4; --bad: #a84300 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #a0a6ad; --line: #343a41; --page: #15181b; --card: #1e2226; --link: #7db7f5; --warm: #e9ad62; --violet: #b69cff; --bad: #f0985a }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 48px }
h1 { margin: 0; font-size: 28px; line-height: 1.2; font-weight: 650 }
header p { margin: 4px 0 16px; color: var(--soft) }
.notes { margin: -8px 0 16px; padding-left: 20px; color: var(--bad) }
.card { margin: 0; overflow: hidden; background: var(--card); border: 1px solid var(--line); border-radius: 8px }
canvas { display: block; width: 100%; aspect-ratio: 16 / 9; max-height: 66vh }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; padding: 10px 14px; border-top: 1px solid var(--line); font-size: 14px }
#play { width: 38px; height: 34px; padding: 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--page); color: var(--ink); line-height: 0; cursor: pointer }
#play svg { width: 100%; height: 100%; fill: currentColor }
#play .stop, #play.playing .go { display: none }
#play.playing .stop { display: inline }
#scrub { flex: 1 1 240px; min-width: 120px; accent-color: var(--link) }
#clock { min-width: 104px; text-align: right; font-variant-numeric: tabular-nums }
label { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap }
select { padding: 3px 6px; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: var(--ink); font: inherit }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 12px; margin-top: 12px }
#energy { grid-column: 1 / -1 }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 16px; padding: 7px 12px 4px; font-size: 13px; color: var(--soft) }
#energy figcaption { justify-content: flex-start }
output { color: var(--ink); font-variant-numeric: tabular-nums }
figcaption span output { display: inline-block; min-width: 5em }
.curve { display: block; width: 100%; height: 64px; cursor: crosshair; touch-action: none }
#energy .curve { height: 96px }
.curve path { fill: none; stroke: var(--link); stroke-width: 1.5; vector-effect: non-scaling-stroke; stroke-linejoin: round }
.curve line { stroke: var(--ink); stroke-opacity: .55; vector-effect: non-scaling-stroke }
.curve .limits { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 4 4 }
.curve .kinetic { stroke: var(--warm) }
.curve .total { stroke: var(--violet); stroke-width: 4; stroke-opacity: .45 }
.potential { color: var(--link) }
span.kinetic { color: var(--warm) }
span.total { color: var(--violet) }
.keys { margin: 14px 2px 0; font-size: 13px; color: var(--soft) }
kbd { padding: 1px 5px; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; background: var(--card); font: 12px system-ui, sans-serif }
`;
