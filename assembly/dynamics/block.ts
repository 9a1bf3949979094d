// Small blocks of doubles, cleared and copied by loops: for a dozen numbers the engine's memory.fill and memory.copy cost more in the call
// than in the work.

/** block = 0, (count). */
@inline
export function clearNumbers(block: usize, count: i32): void {
  const end = block + ((<usize>count) << 3);
  for (; block < end; block += 8) store<f64>(block, 0);
}

/** to = from, (count). */
@inline
export function copyNumbers(to: usize, from: usize, count: i32): void {
  const end = from + ((<usize>count) << 3);
  for (; from < end; from += 8) {
    store<f64>(to, load<f64>(from));
    to += 8;
  }
}
