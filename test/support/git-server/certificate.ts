import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../gpg.ts';

/** A self-signed certificate for 127.0.0.1 and localhost: its own CA. PEM. */
export type Certificate = Readonly<{ key: string; cert: string }>;

/** Makes a certificate with the real openssl; with `days` below 0 it has expired already. */
export async function makeCertificate(days = 1): Promise<Certificate> {
  const dir = await mkdtemp(join(tmpdir(), 'gw-cert-'));
  const [key, request, cert, names] = ['key', 'request', 'cert', 'names'].map((name) =>
    join(dir, name),
  ) as [string, string, string, string]; // As many as there are names.
  await writeFile(names, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(['req', '-new', ...curve, '-subj', '/CN=git', '-keyout', key, '-out', request]);
  const self = ['-req', '-in', request, '-signkey', key, '-extfile', names];
  await openssl(['x509', ...self, '-days', String(days), '-out', cert]);
  const made = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await rm(dir, { recursive: true });
  return made;
}

async function openssl(args: readonly string[]): Promise<void> {
  const ran = await runTool(['openssl', ...args]);
  if (ran.status !== 0) throw new Error(ran.stderr);
}
