import type * as Yaml from 'yaml';
import { loadLibrary } from '../domain/library.ts';

let loaded: typeof Yaml | undefined;

/** The reader of YAML, for whom seldom needs it: it is loaded when first asked for. */
export function yamlLibrary(): typeof Yaml {
  // What the package exports.
  return (loaded ??= loadLibrary('yaml') as typeof Yaml);
}
