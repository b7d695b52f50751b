import type * as Re2Js from 're2js';
import { loadLibrary } from '../../domain/library.ts';

let loaded: typeof Re2Js.RE2JS | undefined;

/** The linear engine, loaded when the first regex needs it: most texts need none. */
export function re2(): typeof Re2Js.RE2JS {
  // What the package exports.
  return (loaded ??= (loadLibrary('re2js') as typeof Re2Js).RE2JS);
}
