/** Where in the file something stands; all count from 1, columns in UTF-16 code units. */
export type Place = Readonly<{ document: number; line: number; column: number }>;

/** Why a file cannot be read: against the rules, or over a limit. The text holds no value. */
export type DocumentFault = Place & Readonly<{ kind: 'invalid' | 'limit'; text: string }>;

/** Something that is read, but that another YAML reader or a person may read differently. */
export type DocumentWarning = Place & Readonly<{ text: string }>;

/** Ends the reading of one file from any depth; caught by `parseDocuments`, never seen outside. */
export class Refusal extends Error {
  readonly kind: DocumentFault['kind'];
  /** Offset into the text that is being read, in UTF-16 code units. */
  readonly offset: number;

  constructor(kind: DocumentFault['kind'], text: string, offset: number) {
    super(text);
    this.kind = kind;
    this.offset = offset;
  }
}
