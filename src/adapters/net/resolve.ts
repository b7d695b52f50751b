import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { classifyAddress } from './address.ts';
import { NetError, netError } from './failure.ts';
import { addressProblem, literalOf } from './git-url.ts';
import type { NetPermissions } from './git-url.ts';

/** Yields every address of a name; the system's resolver unless a test brings its own. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** Asks the system as every other program does, hosts file included. */
export const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/**
 * Yields the addresses of a URL's host, each one permitted. One refused address refuses the name: a
 * mixed answer is how DNS rebinding begins. Throws `NetError` (addressRefused, unreachable).
 */
export async function resolvePermitted(
  hostname: string,
  permissions: NetPermissions,
  resolve: Resolve,
): Promise<readonly string[]> {
  const literal = literalOf(hostname);
  const addresses = literal === undefined ? await resolved(hostname, resolve) : [literal];
  for (const address of addresses) {
    const problem = addressProblem(classifyAddress(address), permissions);
    if (problem !== undefined) throw new NetError('addressRefused', `source.url ${problem}`);
  }
  if (addresses.length === 0) throw new NetError('unreachable', 'the name has no address');
  return addresses;
}

async function resolved(hostname: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(hostname);
  } catch (error) {
    throw netError(error, false);
  }
}

/** A lookup for sockets that answers these addresses and asks nobody: what was judged is what is used. */
export function pinned(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = entries;
    if (options.all === true) return callback(null, [...entries]);
    callback(null, first?.address ?? '', first?.family ?? 0);
  };
}
