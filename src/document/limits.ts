/** Bounds on one file; over any of them the fault's kind is `limit`. */
export type DocumentLimits = Readonly<{
  /** Bytes of the file as stored. */
  maxBytes: number;
  /** Documents of the file, empty ones included. */
  maxDocuments: number;
  /** Maps and lists inside one another, aliases expanded. */
  maxDepth: number;
  /** Maps, lists, keys and values of the file, aliases expanded. */
  maxNodes: number;
  /** UTF-16 code units of the file's keys and values, aliases expanded. */
  maxTextLength: number;
  /** Uses of an anchor in the file. */
  maxAliases: number;
}>;
