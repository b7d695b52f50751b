import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Fault } from './fault.ts';

/** Directories inside one another that a path may name. */
const MAX_PATH_DEPTH = 64;

/** What any version of kustomize takes for an address: URLs, scp forms, queries, `//`, known hosts. */
const REMOTE = /[:?]|\/\/|^[^/]*@|^(?:www\.)?github\.com\/|(?:\.git|_git)(?:\/|$)/i;

/**
 * Resolves a path as written in a file of directory `base` to one from the root of the repository,
 * '' for the root itself. Addresses are `RemoteBaseRefused`; absolute paths and those that climb out
 * are `PathEscapes`.
 */
export function resolvePath(base: string, written: string): Result<string, Fault> {
  if (written.startsWith('/')) return escapes('an absolute path');
  if (REMOTE.test(written)) {
    const text = 'an address; copy what it names into this repository and name its path';
    return stopped({ reason: 'RemoteBaseRefused', text });
  }
  if (written.includes('\\')) return escapes('a path with a backslash');
  const parts = base === '' ? [] : base.split('/');
  for (const part of written.split('/')) {
    if (part === '..' && parts.pop() === undefined) return escapes('a path out of the repository');
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
    if (parts.length > MAX_PATH_DEPTH) return escapes(`a path of over ${MAX_PATH_DEPTH} parts`);
  }
  return ok(parts.join('/'));
}

/** A name inside a directory; '' is the root. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function escapes(what: string): Result<never, Fault> {
  return stopped({ reason: 'PathEscapes', text: `${what}; name one inside the repository` });
}
