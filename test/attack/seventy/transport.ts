import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { hashObject } from '../../../src/commit/oid.ts';
import { parseCommit } from '../../../src/commit/parse.ts';
import { bad } from '../../../src/signature/evidence.ts';
import { NaiveClone } from '../../support/git-server/naive.ts';
import { makePack } from '../../support/git-server/pack-maker.ts';
import type { GitFault } from '../../support/git-server/fault.ts';
import { HERMETIC_GIT_ENV } from '../../support/repo-builder.ts';
import {
  MAIN,
  NEVER,
  adopt,
  filesIn,
  must,
  oidNamed,
  reasonOf,
  tipOf,
} from '../../support/git-server/world.ts';
import type { GitWorld } from '../../support/git-server/world.ts';
import { commitText } from '../judgement.ts';
import type { AttackCase, Played } from './case.ts';
import { variants } from './case.ts';
import type { Workshop } from './workshop.ts';

/** A fetch under a fault: its reason, as long as nothing of it is left and the next one heals. */
async function under(world: GitWorld, fault: GitFault): Promise<string> {
  const dataDir = await world.dataDir();
  const port = await world.open({ dataDir });
  const anchor = await adopt(port);
  const files = await filesIn(dataDir);
  await world.advance();
  world.server.setFault(fault);
  const reason = reasonOf(await port.fetch([MAIN], anchor, NEVER));
  world.server.setFault(undefined);
  const left = await filesIn(dataDir);
  if (left.join() !== files.join()) return `${reason}, with files left behind`;
  const healed = await adopt(port, anchor);
  return healed === (await world.work.head()) ? reason : `${reason}, and not healed`;
}

/** isomorphic-git as its manual has it, under the same fault: what it says the branch is. */
async function naively(world: GitWorld, fault: GitFault): Promise<string> {
  const naive = await NaiveClone.create(world.remote.url);
  world.server.setFault(fault);
  const said = await naive.fetch();
  world.server.setFault(undefined);
  await naive.remove();
  return said === (await world.work.head()) ? 'accepted' : 'refused';
}

const ISOMORPHIC = ['isomorphic-git, which moves its ref all the same', 'accepted'] as const;

const LYING: readonly AttackCase[] = [
  ...variants<readonly [number, GitFault, string]>(
    [
      ['history cut off by the server', [49, { kind: 'shallow' }, 'HistoryIncomplete']],
      ['pack without an object', [51, { kind: 'pack', pack: makePack([]) }, 'GitProtocolError']],
      ['truncated pack', [52, { kind: 'truncate', fraction: 0.6 }, 'GitTruncated']],
      ['pack with a flipped bit', [52, { kind: 'flip', fraction: 0.5 }, 'GitTruncated']],
      ['pack with a wrong checksum', [52, { kind: 'flip', fraction: 1 }, 'GitTruncated']],
    ],
    (name, [number, fault, expected]) => ({
      ...{ number, name, expected },
      // A flipped bit in the middle is found by whoever unfolds the object.
      ...(name.endsWith('bit') ? {} : { naive: ISOMORPHIC }),
      play: async (workshop) => {
        const world = await workshop.world();
        const reasons = [
          await under(world, fault),
          await under(await workshop.world('native'), fault),
        ];
        const verdict = [...new Set(reasons)].join();
        return name.endsWith('bit') ? { verdict } : { verdict, naive: await naively(world, fault) };
      },
    }),
  ),
  {
    ...{ number: 48, name: 'replacement refs on the server', expected: 'SignatureMissing' },
    naive: ['git, which follows refs/replace', 'accepted'],
    play: replaced,
  },
  {
    ...{ number: 70, name: 'ref moves between poll and fetch', expected: 'the fetched oid' },
    naive: ['goes on with what the poll said', 'the polled oid'],
    play: async (workshop) => {
      const world = await workshop.world();
      const port = await world.open();
      const polled = await oidNamed(port);
      const moved = await world.advance();
      const quarantine = must(await port.fetch([MAIN], undefined, NEVER));
      const judged = tipOf(quarantine);
      await quarantine.discard();
      const isFetched = judged === moved && judged !== polled;
      return {
        verdict: isFetched ? 'the fetched oid' : 'the polled oid',
        naive: polled === moved ? 'the fetched oid' : 'the polled oid',
      };
    },
  },
];

/** An unsigned commit on the server, and a replacement ref that shows a signed one in its place. */
async function replaced(workshop: Workshop): Promise<Played> {
  const world = await workshop.world();
  const { work, bare } = world;
  const before = await work.head();
  const signed = await work.commit({ files: { 'a/x.yaml': 'x: 1\n' }, sign: workshop.alice });
  await work.reset(before);
  const unsigned = await work.commit({ files: { 'a/x.yaml': 'x: evil\n' } });
  await work.push(bare.dir, { force: true });
  await work.git('push', '--quiet', bare.dir, `${signed}:refs/replace/${unsigned}`);
  const naive = await bare.run(['verify-commit', unsigned], { env: workshop.gpg.env });
  const quarantine = must(await (await world.open()).fetch([MAIN], undefined, NEVER));
  const tip = tipOf(quarantine);
  const raw = must(await quarantine.readMany([tip])).get(tip);
  await quarantine.discard();
  await bare.git('update-ref', '-d', `refs/replace/${unsigned}`);
  return {
    verdict: raw === undefined ? 'missing' : await workshop.verdict(raw.bytes),
    naive: naive.status === 0 ? 'accepted' : 'refused',
  };
}

const URLS = [
  ['an option in place of a URL', '--upload-pack=touch PLACE'],
  ['a command as a transport', 'ext::sh -c touch% PLACE'],
  ['a file', 'file:///etc/passwd'],
  ['a path', '/etc/passwd'],
] as const;

const ADDRESSES: readonly AttackCase[] = [
  ...variants(URLS, (name, url) => ({
    ...{ number: 67, name, expected: 'URLNotAllowed' },
    play: async (workshop) => {
      const world = await workshop.world();
      const place = join(world.root, 'touched');
      const port = await world.open({ remote: { url: url.replace('PLACE', place) } });
      const reasons = [
        reasonOf(await port.refs([MAIN], NEVER)),
        reasonOf(await port.fetch([MAIN], undefined, NEVER)),
      ];
      return { verdict: existsSync(place) ? 'it ran' : [...new Set(reasons)].join() };
    },
  })),
  {
    ...{ number: 67, name: 'a command as a transport, where git may', expected: 'URLNotAllowed' },
    naive: ['git ls-remote with the protocol allowed', 'it ran'],
    play: async (workshop) => {
      const world = await workshop.world();
      const place = join(world.root, 'touched-by-git');
      const url = `ext::sh -c touch% ${place}`;
      const verdict = reasonOf(await (await world.open({ remote: { url } })).refs([MAIN], NEVER));
      const env = { ...process.env, ...HERMETIC_GIT_ENV, GIT_ALLOW_PROTOCOL: 'ext' };
      await promisify(execFile)('git', ['ls-remote', url], { env }).catch(() => undefined);
      return { verdict, naive: existsSync(place) ? 'it ran' : 'refused' };
    },
  },
  {
    ...{ number: 68, name: 'sent on to an inner service, with credentials' },
    expected: 'RedirectRefused',
    naive: ['isomorphic-git with its own HTTP client', 'asked'],
    play: redirected,
  },
  ...variants(
    [
      ['metadata service by address', 'http://169.254.169.254/app.git'],
      ['metadata service by name', 'http://metadata.google.internal/app.git'],
    ],
    (name, url) => ({
      ...{ number: 68, name, expected: 'URLNotAllowed' },
      play: async (workshop) => {
        const port = await (await workshop.world()).open({ remote: { url } });
        return { verdict: reasonOf(await port.refs([MAIN], NEVER)) };
      },
    }),
  ),
];

async function redirected(workshop: Workshop): Promise<Played> {
  const world = await workshop.world();
  let asked = 0;
  const inner = createServer((_request, response) => {
    asked += 1;
    response.end('inner secret');
  });
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
  const { port } = inner.address() as AddressInfo; // A TCP server has no other kind.
  const remote = { credentials: { kind: 'bearer', token: 'canary' } } as const;
  const fault = { kind: 'redirect', location: `http://127.0.0.1:${port}/` } as const;
  world.server.setFault(fault);
  const reason = reasonOf(await (await world.open({ remote })).refs([MAIN], NEVER));
  const verdict = asked === 0 ? reason : 'the inner service was asked';
  await naively(world, fault);
  inner.close();
  inner.closeAllConnections();
  return { verdict, naive: asked === 0 ? 'refused' : 'asked' };
}

/** Clears the screen, moves the cursor, begins a line of its own, turns the text around. */
const ESCAPES = 'x\u001b[2J\u001b]0;owned\u0007\r\u202egood';

const TEXTS: readonly AttackCase[] = [
  {
    ...{ number: 69, name: 'terminal escapes in the side-band', expected: 'printable' },
    naive: ['prints what the server says', 'escapes'],
    play: async (workshop) => {
      const world = await workshop.world();
      world.server.setFault({ kind: 'sideband', text: ESCAPES });
      const done = await (await world.open()).fetch([MAIN], undefined, NEVER);
      world.server.setFault(undefined);
      return shown(done.ok ? ESCAPES : done.stop.message);
    },
  },
  {
    ...{ number: 69, name: "terminal escapes in a commit's first line", expected: 'printable' },
    naive: ['prints the message', 'escapes'],
    play: async () => {
      const bytes = Buffer.from(commitText(`${ESCAPES}\n`));
      const parsed = parseCommit({ oid: hashObject('commit', bytes), type: 'commit', bytes });
      return shown(parsed.ok ? parsed.value.subject : parsed.stop.message);
    },
  },
  {
    ...{ number: 69, name: 'terminal escapes in what a key says of itself', expected: 'printable' },
    naive: ['prints the user id', 'escapes'],
    play: async () => shown(bad('SignerUntrusted', `key of ${ESCAPES}`, ESCAPES).detail),
  },
];

function shown(text: string): Played {
  const isPlain = (one: string): string => (/^[^\p{C}]*$/u.test(one) ? 'printable' : 'escapes');
  return { verdict: isPlain(text), naive: isPlain(ESCAPES) };
}

/** Rows about servers, URLs and what they print. */
export const TRANSPORT: readonly AttackCase[] = [...LYING, ...ADDRESSES, ...TEXTS];
