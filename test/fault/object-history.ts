import { TENANT } from '../support/world/tenant.ts';

/** What is watched: the guarded kinds of the rig. */
const PATHS = [
  `/api/v1/namespaces/${TENANT.namespace}/configmaps`,
  `/apis/apps/v1/namespaces/${TENANT.namespace}/deployments`,
];

const AS_ADMIN = { authorization: 'Bearer admin-token' };

/** Every state the guarded objects went through, as an admin's own watch of the API server saw it. */
export class ObjectHistory {
  readonly #abort = new AbortController();
  readonly #url: string;
  #seen: Readonly<{ line: string; revision: number }>[] = [];
  #floor = 0;

  private constructor(url: string) {
    this.#url = url;
  }

  /** Begins to watch; what exists already is not part of the history. */
  static async follow(url: string): Promise<ObjectHistory> {
    const history = new ObjectHistory(url);
    await Promise.all(PATHS.map((path) => history.#watch(path)));
    await history.forget();
    return history;
  }

  /**
   * `Deployment/web {content}` since the last `forget`: by object, each in order, `gone` where it was
   * deleted. A write that changed nothing leaves no trace.
   */
  seen(): readonly string[] {
    const objectOf = (line: string): string => line.split(' ')[0] ?? '';
    return (
      this.#seen
        .filter(({ revision }) => revision > this.#floor)
        .map(({ line }) => line)
        // Objects are written side by side: only the order within one of them is told.
        .toSorted((a, b) => objectOf(a).localeCompare(objectOf(b)))
        .filter((line, index, all) => line !== all[index - 1])
    );
  }

  /** Leaves out what happened until now, also what is still on its way here. */
  async forget(): Promise<void> {
    const answer = await fetch(`${this.#url}${PATHS[0]}`, { headers: AS_ADMIN });
    // The sandbox's own list.
    const { metadata } = (await answer.json()) as { metadata: { resourceVersion: string } };
    this.#floor = Number(metadata.resourceVersion);
    this.#seen = [];
  }

  close(): void {
    this.#abort.abort();
  }

  async #watch(path: string): Promise<void> {
    const { signal } = this.#abort;
    const answer = await fetch(`${this.#url}${path}?watch=true`, { headers: AS_ADMIN, signal });
    void this.#read(answer).catch(() => undefined);
  }

  async #read(answer: Response): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#note(line);
    }
  }

  #note(line: string): void {
    // The sandbox's own watch events.
    const { type, object } = JSON.parse(line) as {
      type: string;
      object: {
        kind: string;
        metadata: { name: string; resourceVersion: string };
        spec?: unknown;
        data?: unknown;
      };
    };
    const { kind, metadata, spec, data } = object;
    this.#seen.push({
      line: `${kind}/${metadata.name} ${type === 'DELETED' ? 'gone' : JSON.stringify({ spec, data })}`,
      revision: Number(metadata.resourceVersion),
    });
  }
}
