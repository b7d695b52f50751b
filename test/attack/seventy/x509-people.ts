import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Holder } from '../../../src/signature/index.ts';
import { runTool } from '../../support/gpg.ts';

/** A certificate with its key, as openssl made them. */
export type Certified = Readonly<{ name: string; pem: string; certificate: string; key: string }>;

/** A directory of throw-away certificates. */
export class CertificateHome {
  readonly dir: string;
  #made = 0;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(): Promise<CertificateHome> {
    return new CertificateHome(await mkdtemp(join(tmpdir(), 'gw-x509-')));
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  /** A root of its own. */
  root(name: string): Promise<Certified> {
    return this.#issue(name, AUTHORITY);
  }

  /** An authority below another. */
  intermediate(name: string, issuer: Certified): Promise<Certified> {
    return this.#issue(name, AUTHORITY, issuer);
  }

  /** Somebody who signs mail, valid for this many days. */
  leaf(mail: string, issuer: Certified, days = 30): Promise<Certified> {
    return this.#issue(mail, `${LEAF}subjectAltName=email:${mail}\n`, issuer, days);
  }

  /** A detached signature over `payload` in the armor that git asks for; certificates in this order. */
  async sign(
    payload: Uint8Array,
    signers: readonly Certified[],
    certificates: readonly Certified[] = signers,
  ): Promise<string> {
    const bundle = this.#file('bundle');
    await writeFile(bundle, certificates.map(({ pem }) => pem).join(''));
    const by = signers.flatMap((one) => ['-signer', one.certificate, '-inkey', one.key]);
    const how = ['-sign', '-binary', '-outform', 'DER', '-md', 'sha256', '-nocerts'];
    const der = await this.#openssl(['cms', ...how, ...by, '-certfile', bundle], payload);
    const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
    return `-----BEGIN SIGNED MESSAGE-----\n${lines.join('\n')}\n-----END SIGNED MESSAGE-----\n`;
  }

  /** Does openssl find the signature good under this root at a moment? */
  async isGood(
    armor: string,
    payload: Uint8Array,
    { root, at = Date.now() }: Readonly<{ root: Certified; at?: number }>,
  ): Promise<boolean> {
    const [file, content] = [this.#file('signature'), this.#file('content')];
    await writeFile(file, Buffer.from(armor.split('\n').slice(1, -2).join(''), 'base64'));
    await writeFile(content, payload);
    const time = ['-attime', `${Math.floor(at / 1_000)}`, '-purpose', 'any'];
    const read = ['-verify', '-binary', '-inform', 'DER', '-in', file, '-content', content];
    const args = ['cms', ...read, '-CAfile', root.certificate, ...time, '-out', '/dev/null'];
    return (await runTool(['openssl', ...args])).status === 0;
  }

  async #issue(
    name: string,
    extensions: string,
    issuer?: Certified,
    days = 30,
  ): Promise<Certified> {
    const base = this.#file('certificate');
    const [key, certificate, request, extra] = ['key', 'pem', 'csr', 'ext'].map(
      (end) => `${base}.${end}`,
    ) as [string, string, string, string]; // Four endings, four names.
    await this.#openssl(['ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', key]);
    await this.#openssl(['req', '-new', '-key', key, '-subj', `/CN=${name}`, '-out', request]);
    await writeFile(extra, extensions);
    const by =
      issuer === undefined
        ? ['-signkey', key]
        : ['-CA', issuer.certificate, '-CAkey', issuer.key, '-set_serial', `${this.#made + 100}`];
    const ends = ['-days', `${days}`, '-extfile', extra, '-sha256', '-out', certificate];
    await this.#openssl(['x509', '-req', '-in', request, ...by, ...ends]);
    return { name, pem: await readFile(certificate, 'utf8'), certificate, key };
  }

  async #openssl(args: readonly string[], input: string | Uint8Array = ''): Promise<Buffer> {
    const ran = await runTool(['openssl', ...args], { input });
    if (ran.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  }

  #file(what: string): string {
    this.#made += 1;
    return join(this.dir, `${what}-${this.#made}`);
  }
}

const AUTHORITY =
  'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n';
const LEAF =
  'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';

/** Alice by a pinned authority. */
export function x509Alice(root: Certified, san = 'alice@example.com'): Holder {
  const material = { kind: 'x509', authorities: root.pem, san } as const;
  const plain = { class: 'person', signerSet: 'team', roles: [], life: {} } as const;
  return { ...plain, name: 'Alice', emails: [san], keys: [{ material, life: {} }] };
}
