import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/**
 * Files that carry a SHA-256 of themselves: 64 hexadecimal digits at a known place, computed over all bytes with that place blank
 * (zeros). Any changed, missing or added byte shows.
 */

/** What stands at the digest's place while the digest is computed. */
export const blank = "0".repeat(64);

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

function digest(bytes: Uint8Array, at: number): string {
  const rest = bytes.subarray(at + blank.length);
  return bytesToHex(sha256.create().update(bytes.subarray(0, at)).update(ascii(blank)).update(rest).digest());
}

/** SHA-256 of some bytes, in hexadecimal. */
export const hashOf = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));

/** Writes a file's digest at byte `at`. Returns it. */
export function seal(bytes: Uint8Array, at: number): string {
  const hex = digest(bytes, at);
  bytes.set(ascii(hex), at);
  return hex;
}

/** The digest that stands at byte `at`, or undefined where it is not the file's. */
export function checkSeal(bytes: Uint8Array, at: number): string | undefined {
  const hex = String.fromCharCode(...bytes.subarray(at, at + blank.length));
  return hex === digest(bytes, at) ? hex : undefined;
}
