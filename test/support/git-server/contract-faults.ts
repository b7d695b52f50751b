import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StopReason } from '../../../src/api/reasons.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import type { Result } from '../../../src/domain/result.ts';
import type { Remote } from '../../../src/reconcile/ports.ts';
import { packet } from './answer.ts';
import { makeCertificate } from './certificate.ts';
import type { GitFault, Phase } from './fault.ts';
import {
  GitWorld,
  MAIN,
  NEVER,
  adopt,
  filesIn,
  heldBy,
  must,
  oidNamed,
  reasonOf,
} from './world.ts';
import type { MakeSource } from './world.ts';

type Row = readonly [fault: GitFault, reason: StopReason];

const EVERY_PHASE: readonly Phase[] = ['refs', 'list', 'pack'];

/** Faults that can strike any request. */
const ANYWHERE: readonly Row[] = EVERY_PHASE.flatMap((on): readonly Row[] => [
  [{ kind: 'status', status: 401, on }, 'AuthenticationFailed'],
  [{ kind: 'status', status: 500, on }, 'GitUnreachable'],
  [{ kind: 'redirect', location: 'https://elsewhere.example/app.git', on }, 'RedirectRefused'],
  [{ kind: 'html', on }, 'GitProtocolError'],
  [{ kind: 'bytes', bytes: Buffer.from('<html>'), on }, 'GitProtocolError'],
  [{ kind: 'bytes', bytes: Buffer.from('0003'), on }, 'GitProtocolError'],
  [{ kind: 'bytes', bytes: Buffer.from('fff5'), on }, 'GitProtocolError'],
  [{ kind: 'bytes', bytes: Buffer.alloc(0), on }, 'GitTruncated'],
  [{ kind: 'bytes', bytes: Buffer.from('00ffabc'), on }, 'GitTruncated'],
  [{ kind: 'bytes', bytes: packet('ERR access denied'), on }, 'GitProtocolError'],
  [{ kind: 'silent', on }, 'GitTimeout'],
  [{ kind: 'hang', on }, 'GitTimeout'],
  [{ kind: 'slow', everyMs: 1, on }, 'GitTimeout'],
  [{ kind: 'reset', fraction: 0, on }, 'GitTruncated'],
  [{ kind: 'reset', fraction: 0.5, on }, 'GitTruncated'],
]);

/** Other statuses; the request makes no difference to them. */
const AT_ONCE: readonly Row[] = [
  [{ kind: 'status', status: 403 }, 'AuthenticationFailed'],
  [{ kind: 'status', status: 404 }, 'RefNotFound'],
  [{ kind: 'status', status: 418 }, 'GitProtocolError'],
  [{ kind: 'status', status: 429 }, 'GitUnreachable'],
  [{ kind: 'status', status: 503 }, 'GitUnreachable'],
];

/** Faults of the pack alone; the truncated ones have a file of their own in test/attack. */
const IN_PACK: readonly Row[] = [
  [{ kind: 'reset', fraction: 0.97, on: 'pack' }, 'GitTruncated'],
  [{ kind: 'flip', fraction: 0 }, 'GitTruncated'],
  [{ kind: 'flip', fraction: 0.5 }, 'GitTruncated'],
  [{ kind: 'flip', fraction: 1 }, 'GitTruncated'],
  [{ kind: 'shallow' }, 'HistoryIncomplete'],
  [{ kind: 'vanish' }, 'GitProtocolError'],
  [{ kind: 'sideband', text: 'disk full' }, 'GitProtocolError'],
];

/** For each fault: the reason, nothing left behind, the anchor still readable, the next good fetch heals. */
export function describeGitFaults(name: string, make: MakeSource): void {
  describe(`${name}, under faults`, () => {
    let world: GitWorld;
    let dataDir: string;
    let anchor: Oid;
    let files: readonly string[];
    let wanted: readonly Oid[];

    beforeAll(async () => {
      world = await GitWorld.create(make);
      dataDir = await world.dataDir();
      anchor = await adopt(await world.open({ dataDir }));
      files = await filesIn(dataDir);
      wanted = await world.reachable(await world.advance());
    });
    afterEach(() => world.server.setFault(undefined));
    afterAll(() => world.close());

    it.each([...ANYWHERE, ...AT_ONCE, ...IN_PACK])(
      '%o, %s, and the next good fetch heals',
      async (fault, reason) => {
        const port = await world.open({ dataDir });
        world.server.setFault(fault);
        const fetching = port.fetch([MAIN], anchor, NEVER);
        const failed = await (reason === 'GitTimeout' ? world.settle(fetching) : fetching);
        expect(reasonOf(failed)).toBe(reason);
        expect(await filesIn(dataDir)).toEqual(files);
        expect(await heldBy(port.published, [anchor])).toEqual([anchor]);
        world.server.setFault(undefined);
        const healed = must(await port.fetch([MAIN], anchor, NEVER));
        expect(await heldBy(healed, wanted)).toHaveLength(wanted.length);
        await healed.discard();
      },
    );

    it('a valid pack without the tip, GitProtocolError', async () => {
      const git = ['pack-objects', '--stdout', '-q'];
      const packed = await world.work.run(git, { input: `${anchor}\n` });
      world.server.setFault({ kind: 'pack', pack: packed.stdout });
      const port = await world.open({ dataDir });
      expect(reasonOf(await port.fetch([MAIN], anchor, NEVER))).toBe('GitProtocolError');
    });

    it('polled again, the server odd meanwhile: asked from the start, once', async () => {
      const { server } = world;
      const port = await world.open();
      const tip = await oidNamed(port);
      server.forget();
      server.setFault({ kind: 'bytes', bytes: packet('ERR changed'), on: 'list' });
      expect(reasonOf(await port.refs([MAIN], NEVER))).toBe('GitProtocolError');
      expect([server.traffic.lsRefs, server.traffic.infoRefs]).toEqual([2, 1]);
      server.setFault(undefined);
      expect(await oidNamed(port)).toBe(tip);
      expect([server.traffic.lsRefs, server.traffic.infoRefs]).toEqual([3, 2]);
    });

    it('the server asks for patience, the wait is in the stop', async () => {
      world.server.setFault({ kind: 'status', status: 503, headers: { 'retry-after': '7' } });
      const failed = await (await world.open()).refs([MAIN], NEVER);
      expect(failed.ok ? undefined : failed.stop.retryAfterMs).toBe(7_000);
    });
  });
}

/** Credentials, certificates, and that none of them is ever told. */
export function describeGitAccess(name: string, make: MakeSource): void {
  const basic = { kind: 'basic', username: 'robot', password: 'canary-pass' } as const;
  const bearer = { kind: 'bearer', token: 'canary-token' } as const;

  describe(`${name}, credentials and certificates`, () => {
    it.each([
      ['the right password', basic, { username: 'robot', password: 'canary-pass' }, 'ok'],
      ['a wrong password', basic, { username: 'robot', password: 'other' }, 'AuthenticationFailed'],
      ['the right token', bearer, { token: 'canary-token' }, 'ok'],
      ['a wrong token', bearer, { token: 'other' }, 'AuthenticationFailed'],
      [
        'a token with a line break',
        { kind: 'bearer', token: 'canary\ntoken' },
        { token: 'x' },
        'AuthenticationFailed',
      ],
      ['no credentials', { kind: 'none' }, { token: 'other' }, 'AuthenticationFailed'],
    ] as const)('%s, %#', async (_name, credentials, auth, reason) => {
      const world = await GitWorld.create(make, { auth });
      const port = await world.open({ remote: { credentials } });
      const answers = [await port.refs([MAIN], NEVER), await port.fetch([MAIN], undefined, NEVER)];
      expect(answers.map(reasonOf)).toEqual([reason, reason]);
      expect(told(answers)).not.toMatch(/canary|Y2FuYXJ5/);
      await world.close();
    });

    it('a server that repeats the credentials wherever it can, none of them told', async () => {
      const world = await GitWorld.create(make);
      const port = await world.open({ remote: { credentials: bearer } });
      const echo = 'canary-token';
      const faults: readonly GitFault[] = [
        { kind: 'redirect', location: `https://${echo}.example/${echo}?${echo}` },
        { kind: 'status', status: 500, headers: { 'x-echo': echo, 'retry-after': echo } },
        { kind: 'bytes', bytes: packet(`ERR ${echo}`) },
        { kind: 'bytes', bytes: Buffer.from(echo) },
        { kind: 'bytes', bytes: Buffer.concat([packet(echo), Buffer.from('0000')]) },
        { kind: 'bytes', bytes: Buffer.concat([packet(echo), Buffer.from('0000')]), on: 'list' },
        { kind: 'sideband', text: echo },
      ];
      for (const fault of faults) {
        world.server.setFault(fault);
        const failed = await port.fetch([MAIN], undefined, NEVER);
        expect(failed.ok).toBe(false);
        expect(told([failed])).not.toContain(echo);
      }
      await world.close();
    });

    it.each([
      ['its own CA', 1, (cert: string) => ({ ca: cert }), 'ok'],
      ['the system CAs only', 1, () => ({}), 'GitUnreachable'],
      ['a CA that is no PEM', 1, () => ({ ca: 'nonsense' }), 'GitUnreachable'],
      ['an expired certificate', -1, (cert: string) => ({ ca: cert }), 'GitUnreachable'],
    ] as const)('https with %s, %#', async (_name, days, trust, reason) => {
      const tls = await makeCertificate(days);
      const world = await GitWorld.create(make, { tls });
      const remote: Partial<Remote> = trust(tls.cert);
      const port = await world.open({ remote });
      expect(reasonOf(await port.fetch([MAIN], undefined, NEVER))).toBe(reason);
      await world.close();
    });
  });
}

function told(answers: readonly Result<unknown>[]): string {
  return JSON.stringify(answers.map((answer) => (answer.ok ? '' : answer.stop)));
}
