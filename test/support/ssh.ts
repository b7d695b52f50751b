import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './gpg.ts';
import type { Ran } from './gpg.ts';

/** A key pair that ssh-keygen made. `certificate` is the file that ssh-keygen signs with in its place. */
export type SshKey = Readonly<{
  ssh: SshHome;
  /** The private key's file; the public one stands beside it as `.pub`. */
  file: string;
  /** `type base64`. */
  line: string;
  fingerprint: string;
  name: string;
  email: string;
  certificate?: string;
}>;

/** How a certificate is made; for the key's e-mail, valid forever, unless told otherwise. */
export type CertificateOptions = Readonly<{
  principals?: readonly string[];
  /** As `ssh-keygen -V` takes it. */
  validity?: string;
  host?: boolean;
  /** `-O` options, e.g. `critical:verify-required`. */
  options?: readonly string[];
}>;

/** How a signature is made. */
export type SshSigning = Readonly<{ namespace?: string; hash?: 'sha256' | 'sha512' }>;

/** A directory of throw-away SSH keys. Make one per test file; `remove` it in `afterAll`. */
export class SshHome {
  readonly dir: string;
  #made = 0;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(): Promise<SshHome> {
    return new SshHome(await mkdtemp(join(tmpdir(), 'gw-ssh-')));
  }

  /** Runs ssh-keygen here, whatever its exit status; its clock is in UTC. */
  run(args: readonly string[], input: string | Uint8Array = ''): Promise<Ran> {
    return runTool(['ssh-keygen', ...args], { cwd: this.dir, env: { TZ: 'UTC' }, input });
  }

  /** Runs ssh-keygen here; throws with its error text when it fails. */
  async keygen(args: readonly string[], input: string | Uint8Array = ''): Promise<Buffer> {
    const ran = await this.run(args, input);
    if (ran.status !== 0) throw new Error(`ssh-keygen ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  }

  /** Makes a key without passphrase; `ed25519` unless told otherwise (`rsa`, `ecdsa`, with `bits`). */
  async newKey(
    name: string,
    email: string,
    { type = 'ed25519', bits }: Readonly<{ type?: string; bits?: number }> = {},
  ): Promise<SshKey> {
    const file = this.#file('key');
    const size = bits === undefined ? [] : ['-b', `${bits}`];
    await this.keygen(['-q', '-t', type, ...size, '-N', '', '-C', '', '-f', file]);
    const line = (await readFile(`${file}.pub`, 'utf8')).trim();
    const listed = (await this.keygen(['-l', '-f', `${file}.pub`])).toString();
    const fingerprint = listed.split(' ')[1] ?? '';
    return { ssh: this, file, line, fingerprint, name, email };
  }

  /** The same key, signing with a certificate of this authority. */
  async certify(
    authority: SshKey,
    key: SshKey,
    { principals = [key.email], validity, host = false, options = [] }: CertificateOptions = {},
  ): Promise<SshKey> {
    const pub = this.#file('certified');
    await writeFile(`${pub}.pub`, `${key.line}\n`);
    await writeFile(pub, await readFile(key.file), { mode: 0o600 });
    const names = principals.length === 0 ? [] : ['-n', principals.join(',')];
    const time = validity === undefined ? [] : ['-V', validity];
    const extra = options.flatMap((option) => ['-O', option]);
    const kind = host ? ['-h'] : [];
    const args = ['-q', '-s', authority.file, '-I', 'test', ...kind, ...names, ...time, ...extra];
    await this.keygen([...args, `${pub}.pub`]);
    return { ...key, file: pub, certificate: `${pub}-cert.pub` };
  }

  /** A signature over `payload`, armored; for the namespace `git` with SHA-512 unless told otherwise. */
  async sign(key: SshKey, payload: Uint8Array, how: SshSigning = {}): Promise<string> {
    const { namespace = 'git', hash = 'sha512' } = how;
    const args = ['-q', '-Y', 'sign', '-n', namespace, '-O', `hashalg=${hash}`];
    return (await this.keygen([...args, '-f', key.certificate ?? key.file], payload)).toString();
  }

  /** Does `ssh-keygen -Y check-novalidate` take the signature's bytes? */
  async isValid(armor: string, payload: Uint8Array, namespace = 'git'): Promise<boolean> {
    const signature = this.#file('sig');
    await writeFile(signature, armor);
    const args = ['-q', '-Y', 'check-novalidate', '-n', namespace, '-s', signature];
    return (await this.run(args, payload)).status === 0;
  }

  /**
   * Is the signature good for `ssh-keygen -Y verify` by this file of allowed signers, as `identity`, at
   * `at` (now unless given)?
   */
  async isAllowed(
    { armor, payload }: Readonly<{ armor: string; payload: Uint8Array }>,
    allowed: string,
    identity: string,
    more: Readonly<{ at?: number; revoked?: string; namespace?: string }> = {},
  ): Promise<boolean> {
    const file = this.#file('verify');
    await writeFile(`${file}.sig`, armor);
    await writeFile(`${file}.allowed`, allowed);
    const time = more.at === undefined ? [] : ['-O', `verify-time=${stampOf(more.at)}`];
    if (more.revoked !== undefined) await writeFile(`${file}.revoked`, more.revoked);
    const revoked = more.revoked === undefined ? [] : ['-r', `${file}.revoked`];
    const args = ['-q', '-Y', 'verify', '-n', more.namespace ?? 'git', '-I', identity];
    const files = ['-f', `${file}.allowed`, '-s', `${file}.sig`];
    return (await this.run([...args, ...time, ...revoked, ...files], payload)).status === 0;
  }

  /** Forgets every key. */
  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  #file(what: string): string {
    this.#made += 1;
    return join(this.dir, `${what}-${this.#made}`);
  }
}

/** `YYYYMMDDHHMMSSZ`. */
export function stampOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
}
