const quoted = (cell: string | number): string =>
  typeof cell === "string" && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : String(cell);

/** A table as CSV (RFC 4180, with line feeds), the columns' names in its first row. */
export const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
