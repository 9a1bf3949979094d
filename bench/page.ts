/** A text with what is between the marks of a name replaced. */
export function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`no place for the table: ${begin.trim()} and ${end} are missing`);
  return `${before}${begin}${table}${end}${after}`;
}
