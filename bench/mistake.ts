// What the user of a benchmark can put right.

export function refuse(mistake: string): never {
  console.error(`error: ${mistake}`);
  process.exit(2);
}

/** An option's number. */
export function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!(Number.isInteger(number) && number >= 1)) refuse(`${option} is ${text}: it must be a whole number from 1`);
  return number;
}
