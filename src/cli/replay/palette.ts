/** The colours of replays, on light and on dark ground. */

const light = {
  sky: "#fbfcfd",
  grid: "#e6eaee",
  solid: "#e9ecef",
  hatch: "#c3c9d0",
  surface: "#6b737c",
  label: "#7a828b",
  ink: "#202428",
  rail: "#8a929b",
  fixed: "#c9cfd6",
  outline: "#2b3138",
  joint: "#fbfcfd",
  limb0a: "#7fa7d6",
  limb0b: "#a3c1e4",
  limb1a: "#e3b062",
  limb1b: "#efcb93",
  limb2a: "#7fbf9a",
  limb2b: "#a7d6ba",
  limb3a: "#bf93c9",
  limb3b: "#d6b6dd",
  limb4a: "#d98f7f",
  limb4b: "#e9b5a9",
  limb5a: "#8cbcc4",
  limb5b: "#b3d5da",
  normal: "#d3263b",
  friction: "#6a3fc4",
  marker: "#0b7a4b",
  spring: "#5b646e",
} as const;

/** What a colour is for. */
export type Paint = keyof typeof light;

const dark: Readonly<Record<Paint, string>> = {
  sky: "#191d21",
  grid: "#272c32",
  solid: "#23282e",
  hatch: "#414952",
  surface: "#99a2ab",
  label: "#8b949d",
  ink: "#e6e8eb",
  rail: "#77808a",
  fixed: "#4b545e",
  outline: "#0d1013",
  joint: "#15181b",
  limb0a: "#5d8cc4",
  limb0b: "#86abd8",
  limb1a: "#cf9440",
  limb1b: "#e0b577",
  limb2a: "#55a67a",
  limb2b: "#83c29d",
  limb3a: "#a474b1",
  limb3b: "#c29bcb",
  limb4a: "#c57161",
  limb4b: "#d9998c",
  limb5a: "#62a1ab",
  limb5b: "#8fc0c8",
  normal: "#ff6b76",
  friction: "#b69cff",
  marker: "#4fd693",
  spring: "#a9b2bb",
};

export const palettes: { readonly light: Readonly<Record<Paint, string>>; readonly dark: typeof dark } = {
  light,
  dark,
};

/** A colour thinned with the sky behind it: `strength` 1 leaves it, 0 is sky. */
export function thinned(palette: Readonly<Record<Paint, string>>, name: Paint, strength: number): string {
  const part = (colour: string, k: number): number => Number.parseInt(colour.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mixed = [0, 1, 2].map((k) =>
    Math.round(strength * part(palette[name], k) + (1 - strength) * part(palette.sky, k)),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
