/** Why a regex is refused. `offset` counts UTF-16 units of the source; `text` quotes at most 32 of them. */
export type RegexFault = Readonly<{ offset: number; text: string }>;

/** Carries a fault out of the recursive parser; caught by `parseRegex`, never seen outside. */
export class Refused extends Error {
  readonly fault: RegexFault;

  constructor(fault: RegexFault) {
    super(fault.text);
    this.fault = fault;
  }
}

const MAX_QUOTE = 32;

/** Ends the parse. `quoted` is what stands at the offset, cut. */
export function refuse(offset: number, why: string, quoted = ''): never {
  const quote = quoted === '' ? '' : `: ${quoted.slice(0, MAX_QUOTE)}`;
  throw new Refused({ offset, text: why + quote });
}
