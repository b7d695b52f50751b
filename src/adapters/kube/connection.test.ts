import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gitward-connection-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

type Parts = Readonly<{ name?: string; server?: string; user?: object; namespace?: string }>;

function write(file: string, parts: Parts = {}): string {
  const { name = 'main', server = 'https://10.0.0.1:6443', user = { token: 'secret' } } = parts;
  const namespace = parts.namespace === undefined ? {} : { namespace: parts.namespace };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, ...namespace } }],
    'current-context': name,
  };
  const path = join(directory, file);
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function open(kubeconfig: string, context?: string): Promise<Connection> {
  const clock = manualClock();
  const connected = await connect({
    clock,
    kubeconfig,
    ...(context === undefined ? {} : { context }),
  });
  if (!connected.ok) throw new Error(connected.stop.message);
  return connected.value;
}

describe('connect', () => {
  it.each([
    ['a token', { token: 'secret' }, { authorization: 'Bearer secret' }],
    ['a password', { username: 'u', password: 'p' }, { authorization: 'Basic dTpw' }],
    ['nothing', {}, {}],
  ])('a user with %s, authenticates so', async (_name, user, headers) => {
    expect(await (await open(write('a', { user }))).headers()).toEqual(headers);
  });

  it('a server with path and trailing slash, keeps the path as prefix', async () => {
    const connection = await open(write('a', { server: 'https://rancher/k8s/clusters/c-1/' }));
    expect([connection.origin, connection.prefix]).toEqual([
      'https://rancher',
      '/k8s/clusters/c-1',
    ]);
  });

  it('plain http with credentials in the URL, works and never shows them', async () => {
    const connection = await open(write('a', { server: 'http://token:x@127.0.0.1:8080' }));
    expect(connection.origin).toBe('http://127.0.0.1:8080');
  });

  it('two files and another context, takes the context from the second file', async () => {
    const files = [
      write('a', { namespace: 'one' }),
      write('b', { name: 'other', server: 'https://other', namespace: 'two' }),
    ].join(delimiter);
    const first = await open(files);
    const other = await open(files, 'other');
    expect([first.origin, first.namespace]).toEqual(['https://10.0.0.1:6443', 'one']);
    expect([other.origin, other.namespace]).toEqual(['https://other', 'two']);
  });

  it.each([
    ['a missing file', () => join(directory, 'none'), undefined],
    ['a context that is not there', () => write('a'), 'none'],
    ['a server with another scheme', () => write('a', { server: 'ftp://x' }), undefined],
    ['a server that is no URL', () => write('a', { server: 'nonsense' }), undefined],
  ])('%s, is a stop', async (_name, file, context) => {
    const options = { clock: manualClock(), kubeconfig: file() };
    const connected = await connect(context === undefined ? options : { ...options, context });
    expect(connected).toMatchObject({ ok: false, stop: { reason: 'APIUnavailable' } });
  });

  it('a token that was renewed in the file, is read anew after a 401', async () => {
    const file = write('a');
    const connection = await open(file);
    write('a', { user: { token: 'renewed' } });
    expect(await connection.headers()).toEqual({ authorization: 'Bearer secret' });
    connection.refresh();
    expect(await connection.headers()).toEqual({ authorization: 'Bearer renewed' });
  });

  it('a file that is being replaced at a 401, keeps the credentials of before', async () => {
    const file = write('a');
    const connection = await open(file);
    writeFileSync(file, '{');
    connection.refresh();
    expect(await connection.headers()).toEqual({ authorization: 'Bearer secret' });
  });

  it('other TLS files, open new connections; the same ones do not', async () => {
    const ca = join(directory, 'ca.crt');
    writeFileSync(ca, 'one');
    const clock = manualClock();
    const kubeconfig = write('a');
    const text = JSON.stringify({
      apiVersion: 'v1',
      clusters: [
        { name: 'm', cluster: { server: 'https://x', 'certificate-authority': 'ca.crt' } },
      ],
      users: [{ name: 'm', user: {} }],
      contexts: [{ name: 'm', context: { cluster: 'm', user: 'm' } }],
      'current-context': 'm',
    });
    writeFileSync(kubeconfig, text);
    const connected = await connect({ clock, kubeconfig });
    if (!connected.ok) throw new Error(connected.stop.message);
    const before = connected.value.calls();
    await clock.advance(20_000);
    await connected.value.headers();
    expect(connected.value.calls()).toBe(before);
    writeFileSync(ca, 'two');
    await clock.advance(20_000);
    await connected.value.headers();
    expect(connected.value.calls()).not.toBe(before);
  });
});
