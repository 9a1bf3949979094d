/** A number of training stopped being finite: going on would only spread it. */
export class BlowUp extends Error {
  override readonly name = "BlowUp";
  /** What was noticed, which may be later than what went wrong first. */
  readonly quantity: string;

  constructor(quantity: string, value: number, step: number) {
    super(`${quantity} is ${value} at environment step ${step}: training has blown up`);
    this.quantity = quantity;
  }
}
