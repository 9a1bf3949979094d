/** Self-contained HTML pages in the look of valuegrad's reports. */

import { createHash } from "node:crypto";
import { escapeXml } from "./escape.js";

/**
 * The element that lets a page load nothing, and run no script but one: whatever text got into it.
 * @param script What stands between the script's tags, to the last character.
 */
export function contentPolicy(script?: string): string {
  const hash =
    script === undefined ? "" : `; script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  return `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${hash}">`;
}

/** A page that needs nothing from outside. The title is text, which is escaped; header and sections are HTML already. */
export function htmlPage(title: string, header: string, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${contentPolicy()}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">${escapeXml(title)}</p>
${header}
</header>
${sections.filter((section) => section !== "").join("\n")}
</main>
</body>
</html>
`;
}

/** A table of cells that are already HTML. The end tags that HTML lets go are left out. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  kind: "numbers" | "pairs" | "numbers groups",
): string {
  const heading = head.map((name) => `<th>${name}`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}`).join("")}`).join("\n");
  return `<table class="${kind}"><thead><tr>${heading}<tbody>\n${body}\n</table>`;
}

/** What stands where there is no number. */
export const missing = "–";

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

export function fixed(value: number | null, digits: number): string {
  return value === null || !Number.isFinite(value) ? missing : minus(value.toFixed(digits));
}

export function significant(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return missing;
  return minus(Math.abs(value) < 1000 ? value.toPrecision(digits) : count(Math.round(value)));
}

/** A true minus sign, and none before a zero. */
function minus(text: string): string {
  return /^-[0.]+$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

const style = `
:root { color-scheme: light dark; --ink: #202428; --soft: #5f6368; --line: #dfe3e7; --page: #f6f7f9; --card: #fff; --link: #0b5cad; --good: #00754e; --bad: #a84300 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #a0a6ad; --line: #343a41; --page: #15181b; --card: #1e2226; --link: #7db7f5; --good: #4cc79a; --bad: #f0985a }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px }
h1 { margin: 0; font-size: 28px; line-height: 1.2; font-weight: 650 }
h2 { margin: 40px 0 10px; font-size: 18px }
.eyebrow { margin: 0 0 4px; color: var(--soft) }
.summary { margin: 8px 0 0; max-width: 70ch }
.solved { color: var(--good) }
.open { color: var(--bad) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 24px 0 0 }
.tiles div { padding: 10px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 8px }
dt { color: var(--soft); font-size: 13px }
dd { margin: 0; font-size: 21px; font-weight: 600; font-variant-numeric: tabular-nums }
.legend { margin: 8px 0 0; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px }
.key::before { content: ""; display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; background: var(--key) }
.note { margin: 10px 0 0; color: var(--soft); font-size: 13px }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; margin-top: 12px }
figure { margin: 0; padding: 4px; background: #fff; border: 1px solid var(--line); border-radius: 8px }
.wide { grid-column: 1 / -1 }
@media (max-width: 700px) { .charts { grid-template-columns: minmax(0, 1fr) } }
svg { display: block; width: 100%; height: auto }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; background: var(--card); font-size: 13px }
th { text-align: left; font-weight: 600; color: var(--soft); vertical-align: bottom }
th, td { padding: 5px 9px; border-bottom: 1px solid var(--line) }
.numbers { font-size: 12.5px; font-variant-numeric: tabular-nums }
.numbers th, .numbers td { text-align: right }
.numbers td { white-space: nowrap; padding: 5px 7px }
.numbers th { padding: 5px 7px }
.groups :is(th, td):nth-child(-n + 2) { text-align: left }
.pairs td:first-child { width: 30%; white-space: nowrap }
code { font: 12.5px ui-monospace, monospace; overflow-wrap: anywhere }
a { color: var(--link) }
`;
