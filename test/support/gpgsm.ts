import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './gpg.ts';

/** Says yes to whatever the agent asks, with an empty passphrase. */
const PINENTRY =
  '#!/bin/sh\necho OK\nwhile read -r cmd rest; do echo OK; [ "$cmd" = BYE ] && exit 0; done\n';

/** A GNUPGHOME with one self-signed X.509 certificate that gpgsm signs with. */
export class GpgsmHome {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;

  private constructor(dir: string) {
    this.dir = dir;
    this.env = { GNUPGHOME: dir, HOME: dir };
  }

  /** Makes the certificate for `name <email>`, trusted by gpgsm. */
  static async create(name: string, email: string): Promise<GpgsmHome> {
    const home = new GpgsmHome(await mkdtemp(join(tmpdir(), 'gw-gpgsm-')));
    await chmod(home.dir, 0o700);
    const pinentry = join(home.dir, 'pinentry');
    await writeFile(pinentry, PINENTRY, { mode: 0o755 });
    const agent = `disable-scdaemon\nmin-passphrase-len 0\npinentry-program ${pinentry}\n`;
    await writeFile(join(home.dir, 'gpg-agent.conf'), agent);
    await writeFile(join(home.dir, 'gpgsm.conf'), 'disable-crl-checks\ndisable-policy-checks\n');
    const wish = `Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign\nSerial: random\nName-DN: CN=${name}\nName-Email: ${email}\n`;
    const made = await home.#gpgsm(['--armor', '--generate-key'], wish);
    await home.#gpgsm(['--import'], made);
    const listed = (await home.#gpgsm(['--list-keys', '--with-colons'])).toString();
    const fingerprint = /^fpr:+([0-9A-F]{40})/m.exec(listed)?.[1] ?? '';
    await writeFile(join(home.dir, 'trustlist.txt'), `${fingerprint} S relax\n`);
    // The agent reads its list of trusted roots when it starts.
    await runTool(['gpgconf', '--kill', 'all'], { env: home.env });
    return home;
  }

  /** Does gpgsm itself take the signature? */
  async verifies(armor: Uint8Array, payload: Uint8Array): Promise<boolean> {
    const [signature, signed] = [join(this.dir, 'sig'), join(this.dir, 'signed')];
    await Promise.all([writeFile(signature, armor), writeFile(signed, payload)]);
    const ran = await runTool(['gpgsm', '--batch', '--verify', signature, signed], {
      env: this.env,
    });
    return ran.status === 0;
  }

  /** Stops the agent and forgets the key. */
  async remove(): Promise<void> {
    await runTool(['gpgconf', '--kill', 'all'], { env: this.env });
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #gpgsm(args: readonly string[], input: string | Uint8Array = ''): Promise<Buffer> {
    const ran = await runTool(['gpgsm', '--batch', ...args], { env: this.env, input });
    if (ran.status !== 0) throw new Error(`gpgsm ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  }
}
