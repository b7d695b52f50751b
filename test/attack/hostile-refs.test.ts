import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as git from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedGit } from '../../src/adapters/git/embedded.ts';
import { repoKey } from '../../src/domain/repo-key.ts';
import { manualClock } from '../support/clock.ts';
import { packet } from '../support/git-server/answer.ts';
import { MAIN, NEVER, reasonOf } from '../support/git-server/world.ts';

const OID = 'a'.repeat(40);
const FLUSH = Buffer.from('0000');
const FLOOD = 1_000_000;

/** A Git server names refs without end, or names that do harm where they are shown or used. */
describe('attack: hostile refs', () => {
  let server: Server;
  let url: string;
  let version: 1 | 2 = 2;
  let lines: () => Iterable<string>;
  let sent = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const isGreeting = request.method === 'GET';
      const kind = isGreeting ? 'advertisement' : 'result';
      response.writeHead(200, { 'content-type': `application/x-git-upload-pack-${kind}` });
      if (isGreeting && version === 2) {
        const caps = ['version 2\n', 'ls-refs\n', 'fetch\n'].map((line) => packet(line));
        return void response.end(Buffer.concat([...caps, FLUSH]));
      }
      request.resume();
      const body = pour();
      response.on('drain', () => more(body));
      response.on('error', () => undefined);
      const more = (chunks: Iterator<Buffer>): void => {
        for (let next = chunks.next(); !response.destroyed; next = chunks.next()) {
          if (next.done === true) return void response.end(FLUSH);
          sent += next.value.length;
          if (!response.write(next.value)) return;
        }
      };
      more(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app.git`; // A TCP server has no other kind.
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  function* pour(): Generator<Buffer> {
    let held: Buffer[] = [];
    for (const line of lines()) {
      held.push(packet(line));
      if (held.length < 1_000) continue;
      yield Buffer.concat(held);
      held = [];
    }
    yield Buffer.concat(held);
  }

  function* flood(): Generator<string> {
    const capabilities = version === 1 ? '\0side-band-64k' : '';
    yield `${OID} ${MAIN}${capabilities}\n`;
    for (let index = 0; index < FLOOD; index++) yield `${OID} refs/tags/v${index}\n`;
  }

  async function ask(wanted: readonly string[]): Promise<string> {
    const flags = { allowHttp: true, allowPrivateAddresses: true };
    const source = embeddedGit({ dataDir: '/nonexistent', clock: manualClock(), ...flags });
    const remote = { url, credentials: { kind: 'none' } } as const;
    const limits = { maxPackBytes: 1_000_000, timeoutMs: 60_000 };
    const answer = await source.open(repoKey('a', 'b'), remote, limits).refs(wanted, NEVER);
    expect(JSON.stringify(answer)).not.toMatch(/\\u00|\\n/);
    return reasonOf(answer);
  }

  it('a million refs, naive client: holds every one of them', async () => {
    version = 2;
    lines = flood;
    const refs = await git.listServerRefs({ http, url, protocolVersion: 2 });
    expect(refs.length).toBe(FLOOD + 1);
  });

  it.each([
    ['one branch, version 2', 2, [MAIN]],
    ['every tag, version 2', 2, ['refs/tags/']],
    ['one branch, version 1', 1, [MAIN]],
    ['every tag, version 1', 1, ['refs/tags/']],
  ] as const)(
    'a million refs, %s: RepositoryTooLarge, most of them never sent',
    async (_name, speaks, wanted) => {
      version = speaks;
      lines = flood;
      sent = 0;
      expect(await ask(wanted)).toBe('RepositoryTooLarge');
      expect(sent).toBeLessThan(30_000_000);
    },
  );

  const names = [
    'refs/tags/v1\u001b[2J',
    'refs/tags/v1\r\nset-cookie: x',
    'refs/tags/../../config',
    'refs/tags/v1\u007f',
    'refs/tags/v1\0',
    'refs/tags/v 1',
  ];

  it('names that do harm, naive client: takes most of them', async () => {
    version = 2;
    const taken: string[] = [];
    for (const name of names) {
      lines = () => [`${OID} ${name}\n`];
      const refs = await git.listServerRefs({ http, url, protocolVersion: 2 });
      taken.push(...refs.filter(({ ref }) => ref === name).map(({ ref }) => ref));
    }
    expect(taken.length).toBeGreaterThanOrEqual(4);
  });

  it.each(names.flatMap((name) => [[name, 1] as const, [name, 2] as const]))(
    '%j, version %i, GitProtocolError',
    async (name, speaks) => {
      version = speaks;
      lines = () => [
        `${OID} ${MAIN}${speaks === 1 ? '\0side-band-64k' : ''}\n`,
        `${OID} ${name}\n`,
      ];
      expect(await ask([MAIN, 'refs/tags/'])).toBe('GitProtocolError');
    },
  );
});
