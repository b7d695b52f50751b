import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../gpg.ts';
import type { Made } from './certificates.ts';

/** A private directory for the real openssl. Make one per test file; `remove` it in `afterAll`. */
export class OpenSsl {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(): Promise<OpenSsl> {
    return new OpenSsl(await mkdtemp(join(tmpdir(), 'gw-ssl-')));
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true });
  }

  /** Writes a file and answers its path. */
  async file(name: string, bytes: string | Uint8Array): Promise<string> {
    const path = join(this.dir, name);
    await writeFile(path, bytes);
    return path;
  }

  /** Whether openssl calls a detached signature good, for these authorities at this moment. */
  async verifies(
    cms: Uint8Array,
    payload: Uint8Array,
    trust: Readonly<{ anchors: readonly Made[]; at: number }>,
  ): Promise<boolean> {
    const content = await this.file('payload', payload);
    const roots = await this.file('roots.pem', trust.anchors.map(({ pem }) => pem).join(''));
    const when = ['-attime', String(Math.floor(trust.at / 1_000))];
    const how = ['-verify', '-binary', '-inform', 'DER', '-purpose', 'any', '-partial_chain'];
    const where = ['-content', content, '-CAfile', roots, '-out', '/dev/null'];
    const ran = await runTool(['openssl', 'cms', ...how, ...when, ...where], { input: cms });
    return ran.status === 0;
  }

  /** Signs with openssl itself; DER. */
  async sign(payload: Uint8Array, leaf: Made, more: readonly string[] = []): Promise<Buffer> {
    const key = leaf.pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const signer = ['-signer', await this.file('leaf.pem', leaf.pem)];
    const secret = ['-inkey', await this.file('leaf.key', key)];
    const how = ['-sign', '-binary', '-outform', 'DER'];
    const ran = await runTool(['openssl', 'cms', ...how, ...signer, ...secret, ...more], {
      input: payload,
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  }
}
