import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a real program answered; a non-zero status is no error here. */
export type Ran = Readonly<{ status: number; stdout: Buffer; stderr: string }>;

/** Runs a real program to its end with this environment and nothing else from outside but PATH. */
export function runTool(
  argv: readonly [string, ...string[]],
  options: Readonly<{ env?: NodeJS.ProcessEnv; cwd?: string; input?: string | Uint8Array }> = {},
): Promise<Ran> {
  const [program, ...args] = argv;
  const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...options.env };
  const child = spawn(program, args, { env, cwd: options.cwd, stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that exits without reading its input is no failure of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const stderr = Buffer.concat(err).toString();
      resolve({ status: code ?? -1, stdout: Buffer.concat(out), stderr });
    });
  });
}

/** A key pair in a throw-away keyring; `fingerprint` is the primary key's, upper-case hexadecimal. */
export type GpgKey = Readonly<{ home: GpgHome; fingerprint: string; name: string; email: string }>;

/** How a key is made. */
export type GpgKeyOptions = Readonly<{
  /** As `gpg --quick-generate-key` names it; `ed25519` unless given. */
  algorithm?: string;
  /** `sign` (default), `cert`, … as gpg names it. */
  usage?: string;
  /** `never` (default), `1d`, `2y`, an ISO date. */
  expires?: string;
  /** The moment gpg is told it is; now unless given. */
  at?: Date;
}>;

/** gpg's codes for a revocation (RFC 9580 §5.2.3.31): 1 is compromised, 2 superseded, 3 retired. */
export type RevocationCode = 0 | 1 | 2 | 3;

/** A private GNUPGHOME with its own agent. Make one per test file; `remove` it in `afterAll`. */
export class GpgHome {
  readonly dir: string;
  /** For gpg itself and for git: GNUPGHOME and nothing of the person who runs the tests. */
  readonly env: Readonly<Record<string, string>>;
  /** A gpg that puts `$GPG_EXTRA` before its arguments: what `gpg.program` is set to. */
  readonly program: string;

  private constructor(dir: string) {
    this.dir = dir;
    this.env = { GNUPGHOME: dir, HOME: dir };
    this.program = join(dir, 'gpg-extra');
  }

  static async create(): Promise<GpgHome> {
    const home = new GpgHome(await mkdtemp(join(tmpdir(), 'gw-gpg-')));
    await chmod(home.dir, 0o700);
    await writeFile(join(home.dir, 'gpg.conf'), 'batch\nno-tty\nquiet\ntrust-model always\n');
    await writeFile(join(home.dir, 'gpg-agent.conf'), 'disable-scdaemon\ndebug-quick-random\n');
    await writeFile(home.program, '#!/bin/sh\nexec gpg $GPG_EXTRA "$@"\n', { mode: 0o755 });
    return home;
  }

  /** Runs gpg here; throws with its error text when it fails. */
  async gpg(args: readonly string[], input?: string | Uint8Array): Promise<Buffer> {
    const ran = await runTool(['gpg', ...args], {
      env: this.env,
      ...(input === undefined ? {} : { input }),
    });
    if (ran.status !== 0) throw new Error(`gpg ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  }

  /** Makes a key without passphrase for `name <email>`. */
  async newKey(name: string, email: string, options: GpgKeyOptions = {}): Promise<GpgKey> {
    const { algorithm = 'ed25519', usage = 'sign', expires = 'never', at } = options;
    const uid = `${name} <${email}>`;
    const made = ['--passphrase', '', '--allow-weak-key-signatures', '--status-fd', '1'];
    const command = ['--quick-generate-key', '--', uid, algorithm, usage, expires];
    const status = (await this.gpg([...fakedTime(at), ...made, '--yes', ...command])).toString();
    const fingerprint = /KEY_CREATED \w ([0-9A-F]+)/.exec(status)?.[1];
    if (fingerprint === undefined) throw new Error(`gpg made no key for ${uid}`);
    return { home: this, fingerprint, name, email };
  }

  /** Adds a subkey; `sign` with `ed25519` unless told otherwise. */
  async addSubkey(key: GpgKey, options: GpgKeyOptions = {}): Promise<void> {
    const { algorithm = 'ed25519', usage = 'sign', expires = 'never', at } = options;
    const command = ['--quick-add-key', key.fingerprint, algorithm, usage, expires];
    await this.gpg([...fakedTime(at), '--passphrase', '', ...command]);
  }

  /** The armored public key; `options` go to `--export-options`. */
  async publicKey(key: GpgKey, options = ''): Promise<string> {
    const extra = options === '' ? [] : ['--export-options', options];
    return (await this.gpg([...extra, '--armor', '--export', key.fingerprint])).toString();
  }

  /** The armored secret key, for tests that build what gpg refuses to. */
  async secretKey(key: GpgKey): Promise<string> {
    return (await this.gpg(['--armor', '--export-secret-keys', key.fingerprint])).toString();
  }

  /** A detached binary signature over `payload`, armored; `extra` goes before gpg's own arguments. */
  async sign(key: GpgKey, payload: Uint8Array, extra: readonly string[] = []): Promise<string> {
    const args = [...extra, '-u', key.fingerprint, '--armor', '--detach-sign'];
    return (await this.gpg(args, payload)).toString();
  }

  /** Revokes the whole key, at `at` or now. */
  async revoke(key: GpgKey, code: RevocationCode, at?: Date): Promise<void> {
    const answers = `y\n${code}\n\ny\n`;
    const asked = ['--no-batch', '--command-fd', '0', '--yes', '--armor'];
    const command = [...fakedTime(at), ...asked, '--gen-revoke', key.fingerprint];
    await this.gpg(['--import'], await this.gpg(command, answers));
  }

  /** Stops the agent and forgets every key. */
  async remove(): Promise<void> {
    await runTool(['gpgconf', '--kill', 'all'], { env: this.env });
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Arguments that make gpg believe it is `at`, standing still. */
export function fakedTime(at: Date | undefined): readonly string[] {
  if (at === undefined) return [];
  const stamp = at
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, '');
  return [`--faked-system-time=${stamp}!`];
}
