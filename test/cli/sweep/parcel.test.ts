import test from "ava";
import { CellFailed, type CellFiles, cellFiles } from "../../../src/cli/sweep/cell.js";
import { digest, pack, unpack } from "../../../src/cli/sweep/parcel.js";

const files: CellFiles = new Map(cellFiles.map((name, i) => [name, Uint8Array.of(i, 0, 255, 10 * i)]));
const [first] = cellFiles;

test("files come out of a parcel, through JSON, as they went in", (t) => {
  const sent = unpack(JSON.parse(JSON.stringify(pack(files))));
  t.deepEqual(sent, new Map(files));
  t.is(digest(sent), digest(files));
});

test("a digest tells which file has which bytes", (t) => {
  const [a, b, ...rest] = files;
  t.not(digest(new Map([[a![0], b![1]], [b![0], a![1]], ...rest])), digest(files));
  t.is(digest(new Map([b!, a!, ...rest])), digest(files));
});

test("more than a queue carries is refused with a sentence", (t) => {
  const large = new Map([...files, [first, new Uint8Array(64e6)]]);
  t.throws(() => pack(large), {
    instanceOf: CellFailed,
    message: "its files have 65 MB, of which a queue carries at most 64: run the sweep without --queue",
  });
});

const parcel = pack(files);
const { [first]: entry, ...less } = parcel;
const names = /^it has not exactly the files best\.onnx, config\.json, metrics\.jsonl, policy\.onnx, report\.html$/;
const changed = /^its best\.onnx has another SHA-256 than at its start$/;

for (const [name, value, message] of [
  ["nothing", undefined, names],
  ["null", null, names],
  ["a number", 7, names],
  ["text", "config.json", names],
  ["a list", [entry, entry, entry, entry], names],
  ["a file too few", less, names],
  ["a file too many", { ...parcel, "timing.jsonl": entry }, names],
  ["a path", { ...less, "../config.json": entry }, names],
  ["a name of Object's", JSON.parse(`{"__proto__": {}, ${JSON.stringify(less).slice(1)}`), names],
  ["a file that is nothing", { ...parcel, [first]: null }, changed],
  ["a file without bytes", { ...parcel, [first]: { sha256: entry!.sha256 } }, changed],
  ["a file without checksum", { ...parcel, [first]: { base64: entry!.base64 } }, changed],
  ["another file's bytes", { ...parcel, [first]: { ...entry, base64: parcel["report.html"]!.base64 } }, changed],
] as const) {
  test(`a parcel is refused that holds ${name}`, (t) => {
    t.throws(() => unpack(value), { message });
  });
}
