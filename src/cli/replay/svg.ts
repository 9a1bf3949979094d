import { escapeXml } from "../escape.js";
import { composePicture, type Item } from "./compose.js";
import { momentOf, type ReplayData } from "./data.js";
import { type Paint, palettes } from "./palette.js";

/** The size of a frame in pixels. */
const VIEW = { width: 960, height: 540 };

const number = (value: number): string => String(Number(value.toFixed(4)));

/** The moment of a replay as an SVG file. */
export function renderFrame(data: ReplayData, time: number): string {
  const moment = momentOf(data, time);
  const { width, height } = VIEW;
  const { items, scale, centre } = composePicture(data, moment, VIEW, true);
  // attributes hold the light colours, which a style overrides where dark ones are preferred and understood
  const classes = new Map<string, string>();
  const colour = (attribute: "fill" | "stroke", name: Paint | "" | undefined): string => {
    if (!name) return `${attribute}="none"`;
    classes.set(`${attribute[0]}-${name}`, `${attribute}:${palettes.dark[name]}`);
    return `${attribute}="${palettes.light[name]}"`;
  };
  const kind = (fill: Paint | "" | undefined, stroke: Paint | "" | undefined): string =>
    `class="${[fill ? `f-${fill}` : "", stroke ? `s-${stroke}` : ""].filter(Boolean).join(" ")}"`;
  const draw = ({ x, y, angle, path, text, anchor, fill, stroke, width: line }: Item): string => {
    if (text !== undefined) {
      const px = number((x - centre[0]) * scale + width / 2);
      const py = number((centre[1] - y) * scale + height / 2);
      return `<text x="${px}" y="${py}" text-anchor="${anchor}" ${kind(fill, "")} ${colour("fill", fill)}>${escapeXml(text)}</text>`;
    }
    const turn = angle === 0 ? "" : ` rotate(${number((angle * 180) / Math.PI)})`;
    const place = x === 0 && y === 0 && angle === 0 ? "" : ` transform="translate(${number(x)} ${number(y)})${turn}"`;
    const outline = stroke ? ` ${colour("stroke", stroke)} stroke-width="${number((line ?? 1) / scale)}"` : "";
    return `<path d="${path}"${place} ${kind(fill, stroke)} ${colour("fill", fill)}${outline}/>`;
  };
  const world = `translate(${width / 2} ${height / 2}) scale(${number(scale)} ${number(-scale)}) translate(${number(-centre[0])} ${number(-centre[1])})`;
  const paths = items.filter(({ path }) => path !== undefined).map(draw);
  const texts = items.filter(({ text }) => text !== undefined).map(draw);
  const back = `<rect width="${width}" height="${height}" ${kind("sky", "")} ${colour("fill", "sky")}/>`;
  const title = `<g ${kind("ink", "")} ${colour("fill", "ink")}><text x="14" y="20" font-weight="600">${escapeXml(data.name)}</text><text x="14" y="39">${time.toFixed(2)} s</text></g>`;
  const dark = [...classes].map(([name, rule]) => `.${name}{${rule}}`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escapeXml(`${data.name} at ${time.toFixed(2)} s`)}</title>
<style>@media (prefers-color-scheme:dark){${dark}}</style>
${back}
<g transform="${world}" fill-rule="evenodd" stroke-linecap="round" stroke-linejoin="round">
${paths.join("\n")}
</g>
<g font-family="system-ui, sans-serif" font-size="12" dominant-baseline="central">
${texts.join("\n")}
${title}
</g>
</svg>
`;
}
