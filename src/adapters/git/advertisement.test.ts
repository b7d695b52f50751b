import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerRef } from '../../reconcile/ports.ts';
import { askRefs, readGreeting, readRefsV2 } from './advertisement.ts';
import { GitError } from './failure.ts';
import { FLUSH, PacketReader, packet } from './pkt-line.ts';
import { MAX_REFS_PER_PREFIX } from './server-refs.ts';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const MAIN = 'refs/heads/main';
const CAPS = 'multi_ack side-band-64k ofs-delta agent=git/2';

function readerOf(...packets: readonly Uint8Array[]): PacketReader {
  return new PacketReader(
    (async function* () {
      yield Buffer.concat(packets);
    })(),
  );
}

const lines = (...texts: readonly string[]): Buffer =>
  Buffer.concat([...texts.map((text) => packet(text)), FLUSH]);

async function reasonFor(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (error instanceof GitError) return error.stop.reason;
    throw error;
  }
}

const plain = (refs: ReadonlyMap<string, ServerRef>): readonly unknown[] =>
  [...refs.values()].map(({ name, oid, peeled }) => [name, oid, peeled]);

describe('ls-refs of version 2', () => {
  const read = (wanted: readonly string[], ...texts: readonly string[]) =>
    readRefsV2(readerOf(lines(...texts)), wanted);

  it('one request, every name and prefix in it', () => {
    const asked = Buffer.from(askRefs([MAIN, 'refs/tags/'])).toString();
    expect(asked).toContain(`ref-prefix ${MAIN}\n`);
    expect(asked).toContain('ref-prefix refs/tags/\n');
    expect(asked.endsWith('0000')).toBe(true);
  });

  it('names, prefixes and what was not asked for, only what was asked for', async () => {
    const found = await read(
      [MAIN, 'refs/tags/'],
      `${A} HEAD symref-target:${MAIN}\n`,
      `${A} ${MAIN}\n`,
      `${B} refs/heads/mainly\n`,
      `${B} refs/tags/v1 peeled:${A}\n`,
      `${A} refs/tags/v2`,
    );
    expect(plain(found)).toEqual([
      [MAIN, A, undefined],
      ['refs/tags/v1', B, A],
      ['refs/tags/v2', A, undefined],
    ]);
  });

  it.each([
    ['nothing', [], 'ok'],
    ['the same twice', [`${A} ${MAIN}`, `${A} ${MAIN}`], 'ok'],
    ['an attribute that nobody asked for', [`${A} ${MAIN} new:thing`], 'GitProtocolError'],
    ['two oids for one name', [`${A} ${MAIN}`, `${B} ${MAIN}`], 'GitProtocolError'],
    ['no oid', [`main ${MAIN}`], 'GitProtocolError'],
    ['an oid of SHA-256', [`${'a'.repeat(64)} ${MAIN}`], 'GitProtocolError'],
    ['upper case', [`${'A'.repeat(40)} ${MAIN}`], 'GitProtocolError'],
    ['the zero oid', [`${'0'.repeat(40)} ${MAIN}`], 'GitProtocolError'],
    ['a name alone', [MAIN], 'GitProtocolError'],
    ['an empty name', [`${A} `], 'GitProtocolError'],
    ['a name with a control character', [`${A} refs/heads/a\u001b[31m`], 'GitProtocolError'],
    ['a name with a NUL', [`${A} ${MAIN}\0side-band`], 'GitProtocolError'],
    ['a name with a line feed', [`${A} refs/heads/a\nb\n`], 'GitProtocolError'],
    ['a name that climbs', [`${A} refs/heads/../../x`], 'GitProtocolError'],
    ['peeled twice', [`${A} ${MAIN} peeled:${A} peeled:${B}`], 'GitProtocolError'],
    ['peeled to nothing', [`${A} ${MAIN} peeled:`], 'GitProtocolError'],
    ['an error line', [`ERR no`], 'GitProtocolError'],
  ])('%s, %#', async (_name, texts, reason) => {
    expect(await reasonFor(read([MAIN], ...texts))).toBe(reason);
  });

  it('a name that is no UTF-8, passed over', async () => {
    const line = Buffer.concat([Buffer.from(`0038${A} refs/tags/`), Buffer.of(0xff)]);
    const refs = await readRefsV2(readerOf(line, FLUSH), ['refs/tags/']);
    expect(plain(refs)).toEqual([]);
  });

  it.each([
    ['as many refs as the limit', MAX_REFS_PER_PREFIX, 'ok'],
    ['one more', MAX_REFS_PER_PREFIX + 1, 'RepositoryTooLarge'],
  ])('%s below one prefix, %#', async (_name, count, reason) => {
    const texts = Array.from({ length: count }, (_, index) => `${A} refs/tags/v${index}`);
    expect(await reasonFor(read(['refs/tags/'], ...texts))).toBe(reason);
    expect(await reasonFor(read([MAIN], ...texts))).toBe('ok');
  });
});

describe('greeting', () => {
  const greet = (...packets: readonly Uint8Array[]) =>
    readGreeting(readerOf(...packets), [MAIN, 'refs/tags/']);
  const v2 = ['version 2\n', 'agent=git/2\n', 'ls-refs=unborn\n', 'fetch=shallow\n'];

  it.each([
    ['version 2', [lines(...v2)], 2],
    ['version 2 behind a service line', [lines('# service=git-upload-pack\n'), lines(...v2)], 2],
    ['version 1', [lines(`${A} ${MAIN}\0${CAPS}\n`)], 1],
    ['version 1 that says so', [lines('version 1\n', `${A} ${MAIN}\0${CAPS}\n`)], 1],
    ['version 1 without refs', [lines(`${'0'.repeat(40)} capabilities^{}\0${CAPS}`)], 1],
    ['nothing but a flush', [lines()], 1],
  ] as const)('%s, %#', async (_name, packets, version) => {
    expect((await greet(...packets)).version).toBe(version);
  });

  it('version 1, wanted refs and what tags stand for', async () => {
    const greeting = await greet(
      lines(
        `${A} HEAD\0${CAPS}\n`,
        `${A} ${MAIN}\n`,
        `${B} refs/pull/1/head\n`,
        `${B} refs/tags/v1\n`,
        `${A} refs/tags/v1^{}\n`,
      ),
    );
    expect(greeting.version === 1 ? plain(greeting.refs) : []).toEqual([
      [MAIN, A, undefined],
      ['refs/tags/v1', B, A],
    ]);
  });

  it.each([
    ['nothing', [], 'GitTruncated'],
    ['no flush', [packet('version 2\n')], 'GitTruncated'],
    ['a service line alone', [packet('# service=git-upload-pack\n')], 'GitTruncated'],
    ['version 3', [lines('version 3\n')], 'GitProtocolError'],
    ['version 2 that cannot list refs', [lines('version 2\n', 'fetch\n')], 'GitProtocolError'],
    ['SHA-256', [lines(...v2, 'object-format=sha256\n')], 'GitProtocolError'],
    [
      'SHA-256 of version 1',
      [lines(`${A} HEAD\0${CAPS} object-format=sha256`)],
      'GitProtocolError',
    ],
    ['no capabilities', [lines(`${A} ${MAIN}\n`)], 'GitProtocolError'],
    ['no side-band', [lines(`${A} ${MAIN}\0ofs-delta`)], 'GitProtocolError'],
    ['a shallow clone', [lines(`${A} HEAD\0${CAPS}`, `shallow ${A}`)], 'HistoryIncomplete'],
    [
      'peeled to two',
      [lines(`${A} refs/tags/a\0${CAPS}`, `${A} refs/tags/a^{}`, `${B} refs/tags/a^{}`)],
      'GitProtocolError',
    ],
    [
      'capabilities without end',
      [lines('version 2', ...Array.from({ length: 101 }, (_, index) => `x${index}`))],
      'GitProtocolError',
    ],
  ] as const)('%s, %#', async (_name, packets, reason) => {
    expect(await reasonFor(greet(...packets))).toBe(reason);
  });

  it('random lines, a greeting or a typed stop', async () => {
    const word = fc.constantFrom('version 2', A, MAIN, ' ', '\0', CAPS, '^{}', 'shallow ', '\n');
    const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
    const property = fc.asyncProperty(fc.array(line, { maxLength: 5 }), async (texts) => {
      const reason = await reasonFor(greet(lines(...texts)));
      expect(['ok', 'GitTruncated', 'GitProtocolError', 'HistoryIncomplete']).toContain(reason);
    });
    await fc.assert(property, { numRuns: 1_000 });
  });
});
