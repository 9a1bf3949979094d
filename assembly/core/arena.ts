// The one place where memory is taken. Setup allocates, then seals; after that nothing moves, so views stay valid and a
// snapshot is one copy of [arenaBase, arenaTop).

const ALIGNMENT: usize = 64;
const PAGE_BITS: usize = 16;

let top: usize = 0;
let sealed: bool = false;


@inline
function aligned(bytes: usize): usize {
  return (bytes + (ALIGNMENT - 1)) & ~(ALIGNMENT - 1);
}

/** Address of the arena's first byte. */
export function arenaBase(): usize {
  return aligned(__heap_base);
}

/** Address behind the arena's last byte. */
export function arenaTop(): usize {
  return top ? top : arenaBase();
}

/** Takes `bytes` zeroed bytes, aligned to 64. Traps when the arena is sealed or the memory's maximum is reached. */
export function arenaAlloc(bytes: usize): usize {
  if (sealed) unreachable();
  const start = arenaTop();
  const end = aligned(start + bytes);
  if (start + bytes < start || end < start) unreachable();
  const capacity = (<usize>memory.size()) << PAGE_BITS;
  if (end > capacity) {
    const pages = (end - capacity + ((1 << PAGE_BITS) - 1)) >> PAGE_BITS;
    if (memory.grow(<i32>pages) < 0) unreachable();
  }
  top = end;
  return start;
}

/** Ends setup: every later arenaAlloc traps. */
export function arenaSeal(): void {
  sealed = true;
}

/** Takes room for `count` numbers of type T. */
@inline
export function allocNumbers<T>(count: i32): usize {
  return arenaAlloc((<usize>count) << alignof<T>());
}
