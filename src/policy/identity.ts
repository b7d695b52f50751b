/** Longest identity of a repository, in characters. */
const MAX_IDENTITY_LENGTH = 1_024;

/** `git@git.example.com:team/app.git`: user and host before the first colon, and no scheme. */
const SCP_LIKE = /^(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9.-]+):(?!\/\/)(.*)$/s;

const SCHEMES: ReadonlySet<string> = new Set(['https:', 'http:', 'ssh:']);

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/;

/** A part of the path: no blank, nothing that needs quoting, never `.` or `..`. */
const PART = /^(?!\.{1,2}$)[A-Za-z0-9._~+@%-]+$/;

/**
 * What one repository is called whatever the protocol: `git.example.com/team/app`, lower-case host
 * and path, without scheme, user, port, outer slashes and `.git`. Forms of https, ssh and scp agree;
 * anything else is `undefined`. An approval names its repository so.
 */
export function repositoryIdentity(url: string): string | undefined {
  const scp = SCP_LIKE.exec(url);
  const found = scp === null ? readUrl(url) : { host: scp[1] ?? '', path: scp[2] ?? '' };
  if (found === undefined) return undefined;
  const path = trimPath(found.path);
  const identity = `${found.host.toLowerCase()}/${path}`;
  return isIdentity(identity) ? identity : undefined;
}

/** Tells whether the text is what `repositoryIdentity` makes of some URL. */
export function isIdentity(text: string): boolean {
  if (text.length > MAX_IDENTITY_LENGTH) return false;
  const [host = '', ...parts] = text.split('/');
  if (!HOST.test(host) || parts.length === 0 || !parts.every((part) => PART.test(part))) {
    return false;
  }
  return trimPath(parts.join('/')) === parts.join('/');
}

function readUrl(url: string): Readonly<{ host: string; path: string }> | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, pathname, search, hash } = new URL(url);
  if (!SCHEMES.has(protocol) || search !== '' || hash !== '') return undefined;
  return { host: hostname, path: pathname };
}

function trimPath(path: string): string {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start += 1;
  while (end > start && path[end - 1] === '/') end -= 1;
  return path.slice(start, end).replace(/\.git$/, '');
}
