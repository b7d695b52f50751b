import { runTool } from '../gpg.ts';

/** What one run of kubectl said. */
export type KubectlRun = Readonly<{ status: number; stdout: string; stderr: string }>;

/** The real kubectl, bound to one kubeconfig and a cache directory of its own. */
export class Kubectl {
  readonly #kubeconfig: string;
  readonly #home: string;

  constructor(kubeconfig: string, home: string) {
    this.#kubeconfig = kubeconfig;
    this.#home = home;
  }

  /** Runs kubectl whatever its exit status. */
  async run(args: readonly string[], input = ''): Promise<KubectlRun> {
    const env = { KUBECONFIG: this.#kubeconfig, HOME: this.#home, KUBE_EDITOR: 'true' };
    const ran = await runTool(['kubectl', ...args], { env, input });
    return { status: ran.status, stdout: ran.stdout.toString(), stderr: ran.stderr };
  }

  /** Runs kubectl and yields what it printed; throws with its words when it fails. */
  async ok(...args: readonly string[]): Promise<string> {
    const ran = await this.run(args);
    if (ran.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  }

  /** Creates objects given as JSON or YAML text, without client-side validation. */
  async create(text: string): Promise<void> {
    const ran = await this.run(['create', '--validate=false', '-f', '-'], text);
    if (ran.status !== 0) throw new Error(`kubectl create: ${ran.stderr}`);
  }
}
