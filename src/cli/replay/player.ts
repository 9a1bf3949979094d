import type { composePicture, View } from "./compose.js";
import type { momentOf, ReplayData } from "./data.js";
import type { palettes } from "./palette.js";

/** What the page's script gives to the player. */
export interface PlayerParts {
  readonly data: ReplayData;
  readonly momentOf: typeof momentOf;
  readonly composePicture: typeof composePicture;
  readonly palettes: typeof palettes;
}

/** Animates a replay's page. It runs there as text, so it refers to nothing of this module. */
export function runPlayer({ data, momentOf, composePicture, palettes }: PlayerParts): void {
  const element = <T extends Element>(id: string): T => document.getElementById(id) as unknown as T;
  const canvas = element<HTMLCanvasElement>("stage");
  const context = canvas.getContext("2d")!;
  const button = element<HTMLButtonElement>("play");
  const scrub = element<HTMLInputElement>("scrub");
  const speed = element<HTMLSelectElement>("speed");
  const forces = element<HTMLInputElement>("forces");
  const night = matchMedia("(prefers-color-scheme: dark)");
  const end = data.times.at(-1)!;
  const start = data.times[0]!;
  let time = start;
  let playing = false;
  let drawn = false;

  const digits = (value: number): string => {
    const size = Math.abs(value);
    const text = size >= 1e6 ? value.toExponential(2) : value.toFixed(size < 100 ? 3 : 1);
    return text.replace(/^-(?=[0.]+$)/, "").replace("-", "−");
  };

  const drawStage = (): void => {
    const view: View = { width: canvas.clientWidth, height: canvas.clientHeight };
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const colours = night.matches ? palettes.dark : palettes.light;
    const moment = momentOf(data, time);
    const { items, scale, centre } = composePicture(data, moment, view, forces.checked);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colours.sky;
    context.fillRect(0, 0, view.width, view.height);
    context.lineCap = "round";
    context.lineJoin = "round";
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (const item of items) {
      const x = (item.x - centre[0]) * scale + view.width / 2;
      const y = (centre[1] - item.y) * scale + view.height / 2;
      context.setTransform(ratio, 0, 0, ratio, ratio * x, ratio * y);
      if (item.fill) context.fillStyle = colours[item.fill];
      if (item.text !== undefined) {
        context.textAlign = item.anchor === "middle" ? "center" : (item.anchor ?? "start");
        context.fillText(item.text, 0, 0);
        continue;
      }
      context.scale(scale, -scale);
      context.rotate(item.angle);
      const path = new Path2D(item.path);
      if (item.fill) context.fill(path, "evenodd");
      if (!item.stroke) continue;
      context.strokeStyle = colours[item.stroke];
      context.lineWidth = (item.width ?? 1) / scale;
      context.stroke(path);
    }
  };

  // curves over time: 1000 by 100 units, stretched to the place they have
  const width = 1000;
  const height = 100;
  const total = data.potential.map((value, i) => value + data.kinetic[i]!);
  const across = (t: number): number => (end > start ? ((t - start) / (end - start)) * width : 0);
  const drawCurves = (figure: Element, lines: readonly (readonly number[])[], marks: readonly number[]): void => {
    let low = lines.flat().reduce((least, value) => Math.min(least, value), Infinity);
    let high = lines.flat().reduce((most, value) => Math.max(most, value), -Infinity);
    const room = Math.max((high - low) * 0.08, Math.abs(high) * 1e-6, 1e-9);
    low -= room;
    high += room;
    const up = (value: number): string => ((high - value) * (height / (high - low))).toFixed(1);
    const paths = figure.querySelectorAll("path");
    lines.forEach((line, k) => {
      const points = line.map((value, i) => `${across(data.times[i]!).toFixed(1)} ${up(value)}`);
      paths[k + 1]!.setAttribute("d", `M${points.join("L")}`);
    });
    const seen = marks.filter((value) => value > low && value < high);
    paths[0]!.setAttribute("d", seen.map((value) => `M0 ${up(value)}H${width}`).join(""));
  };
  const figures = [...document.querySelectorAll("[data-curve]")];
  if (total.length > 0) drawCurves(element("energy"), [total, data.potential, data.kinetic], []);
  figures.forEach((figure, k) => {
    const { values, limits } = data.curves[k]!;
    drawCurves(figure, [values], limits);
  });

  const cursors = document.querySelectorAll("line");
  const show = (): void => {
    drawn = true;
    drawStage();
    const { frame } = momentOf(data, time);
    scrub.value = String(time);
    element("clock").textContent = `${time.toFixed(2)} / ${end.toFixed(2)} s`;
    scrub.setAttribute("aria-valuetext", `${time.toFixed(2)} seconds`);
    for (const cursor of cursors) {
      const x = across(time).toFixed(1);
      cursor.setAttribute("x1", x);
      cursor.setAttribute("x2", x);
    }
    if (total.length > 0) {
      element("potential").textContent = digits(data.potential[frame]!);
      element("kinetic").textContent = digits(data.kinetic[frame]!);
      element("total").textContent = digits(total[frame]!);
    }
    figures.forEach((figure, k) => {
      const { values, unit } = data.curves[k]!;
      figure.querySelector("output")!.textContent = `${digits(values[frame]!)} ${unit}`.trimEnd();
    });
  };

  const seek = (to: number): void => {
    time = Math.min(end, Math.max(start, to));
    drawn = false;
    requestAnimationFrame(() => {
      if (!drawn) show();
    });
  };
  let before = 0;
  const tick = (now: number): void => {
    if (!playing) return;
    time = Math.min(end, time + ((now - before) / 1000) * Number(speed.value));
    before = now;
    show();
    if (time === end) play(false);
    else requestAnimationFrame(tick);
  };
  const play = (on: boolean): void => {
    playing = on;
    button.setAttribute("aria-label", on ? "pause" : "play");
    button.classList.toggle("playing", on);
    if (!on) return;
    if (time === end) time = start;
    requestAnimationFrame((now) => {
      before = now;
      tick(now);
    });
  };
  const stopAt = (to: number): void => {
    play(false);
    seek(to);
  };
  const fromAddress = (): boolean => {
    const asked = /^#t=([0-9.]+)$/.exec(location.hash)?.[1];
    if (asked !== undefined) stopAt(Number(asked));
    return asked !== undefined;
  };

  button.addEventListener("click", () => play(!playing));
  scrub.addEventListener("input", () => stopAt(Number(scrub.value)));
  forces.addEventListener("change", () => seek(time));
  night.addEventListener("change", () => seek(time));
  addEventListener("hashchange", fromAddress);
  new ResizeObserver(() => seek(time)).observe(canvas);
  for (const chart of document.querySelectorAll<SVGElement>(".curve")) {
    const point = (event: PointerEvent): void => {
      const box = chart.getBoundingClientRect();
      if (event.buttons === 1) stopAt(start + ((event.clientX - box.left) / box.width) * (end - start));
    };
    chart.addEventListener("pointerdown", point);
    chart.addEventListener("pointermove", point);
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === speed) return;
    const { frame } = momentOf(data, time);
    const actions: Readonly<Record<string, () => void>> = {
      " ": () => play(!playing),
      ArrowRight: () => stopAt(event.shiftKey ? time + 0.25 : (data.times[frame + 1] ?? end)),
      ArrowLeft: () => stopAt(event.shiftKey ? time - 0.25 : (data.times[Math.max(0, frame - 1)] ?? start)),
      Home: () => stopAt(start),
      End: () => stopAt(end),
      f: () => forces.click(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });

  show();
  if (!fromAddress() && !matchMedia("(prefers-reduced-motion: reduce)").matches) play(true);
}
