import { escapeXml } from "../escape.js";
import { composePicture, type Item, type Picture, type View } from "./compose.js";
import { momentOf, type ReplayData } from "./data.js";
import { type Paint, palettes, thinned } from "./palette.js";

/** The size of a frame in pixels. */
const VIEW = { width: 960, height: 540 };

/** A number as an attribute has it. */
export const number = (value: number): string => String(Number(value.toFixed(4)) || 0);

/** Colours of an SVG file: attributes hold the light ones, which a style overrides where dark ones are preferred and understood. */
export class Ink {
  readonly #rules = new Map<string, string>();

  /** Attributes of something that is filled and stroked, or not, in colours of full strength or thinned with sky. */
  attributes(fill: Paint | "" | undefined, stroke: Paint | "" | undefined, strength = 1): string {
    const classes: string[] = [];
    const colour = (attribute: "fill" | "stroke", name: Paint | "" | undefined): string => {
      if (!name) return `${attribute}="none"`;
      const key = `${attribute[0]}-${name}${strength < 1 ? `-${Math.round(100 * strength)}` : ""}`;
      classes.push(key);
      this.#rules.set(key, `${attribute}:${thinned(palettes.dark, name, strength)}`);
      return `${attribute}="${thinned(palettes.light, name, strength)}"`;
    };
    const colours = [colour("fill", fill), stroke ? colour("stroke", stroke) : ""].filter(Boolean).join(" ");
    return `class="${classes.join(" ")}" ${colours}`;
  }

  /** The style element for all that was coloured so far. */
  get style(): string {
    const dark = [...this.#rules].map(([name, rule]) => `.${name}{${rule}}`).join("");
    return `<style>@media (prefers-color-scheme:dark){${dark}}</style>`;
  }
}

/** Where a picture's metres are in a view: an SVG transformation for outlines. */
export function worldIn({ scale, centre }: Picture, { width, height }: View): string {
  const [x, y] = centre;
  return `translate(${number(width / 2)} ${number(height / 2)}) scale(${number(scale)} ${number(-scale)}) translate(${number(-x)} ${number(-y)})`;
}

/** The outlines among a picture's items, a line of SVG each, in metres. */
export function drawOutlines(items: readonly Item[], scale: number, ink: Ink, strength = 1): string[] {
  return items.flatMap(({ x, y, angle, path, fill, stroke, width = 1 }) => {
    if (path === undefined) return [];
    const turn = angle === 0 ? "" : ` rotate(${number((angle * 180) / Math.PI)})`;
    const place = x === 0 && y === 0 && angle === 0 ? "" : ` transform="translate(${number(x)} ${number(y)})${turn}"`;
    const line = stroke ? ` stroke-width="${number(width / scale)}"` : "";
    return [`<path d="${path}"${place} ${ink.attributes(fill, stroke, strength)}${line}/>`];
  });
}

/** The letters among a picture's items, a line of SVG each, in pixels of a view. */
export function drawLetters(items: readonly Item[], { scale, centre }: Picture, view: View, ink: Ink): string[] {
  return items.flatMap(({ x, y, text, anchor = "start", fill }) => {
    if (text === undefined) return [];
    const px = number((x - centre[0]) * scale + view.width / 2);
    const py = number((centre[1] - y) * scale + view.height / 2);
    return [`<text x="${px}" y="${py}" text-anchor="${anchor}" ${ink.attributes(fill, "")}>${escapeXml(text)}</text>`];
  });
}

/** Attributes of what holds outlines, and of what holds letters. */
export const OUTLINES = 'fill-rule="evenodd" stroke-linecap="round" stroke-linejoin="round"';
export const letters = (size: number): string =>
  `font-family="system-ui, sans-serif" font-size="${size}" dominant-baseline="central"`;

/** The moment of a replay as an SVG file. */
export function renderFrame(data: ReplayData, time: number): string {
  const { width, height } = VIEW;
  const picture = composePicture(data, momentOf(data, time), VIEW, true);
  const ink = new Ink();
  const outlines = drawOutlines(picture.items, picture.scale, ink);
  const texts = drawLetters(picture.items, picture, VIEW, ink);
  const back = `<rect width="${width}" height="${height}" ${ink.attributes("sky", "")}/>`;
  const title = `<g ${ink.attributes("ink", "")}><text x="14" y="20" font-weight="600">${escapeXml(data.name)}</text><text x="14" y="39">${time.toFixed(2)} s</text></g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escapeXml(`${data.name} at ${time.toFixed(2)} s`)}</title>
${ink.style}
${back}
<g transform="${worldIn(picture, VIEW)}" ${OUTLINES}>
${outlines.join("\n")}
</g>
<g ${letters(12)}>
${texts.join("\n")}
${title}
</g>
</svg>
`;
}
