import { TENANT } from '../test/support/world/tenant.ts';
import { tenantPath } from '../test/support/world/world.ts';
import type { World } from '../test/support/world/world.ts';
import type { Api, WatchEvent } from './api.ts';
import { markOf, nameOf } from './fleet.ts';
import type { FleetKind } from './fleet.ts';

/** One foreign write, when it was issued, and what came of it; milliseconds after `issuedAt`. */
export type EditStory = Readonly<{
  kind: FleetKind;
  /** When this process saw it by a watch of its own: what the API server itself takes. */
  seenMs: number | undefined;
  /** gitward's own stages. */
  verdictMs: number | undefined;
  confirmedMs: number | undefined;
  revertedMs: number | undefined;
  /** When this process saw the wanted value again. */
  restoredMs: number | undefined;
}>;

/** How edits are spread: over objects 0 to `each`-1 of both kinds, in turn. */
export type EditPlan = Readonly<{ each: number; count: number; pauseMs: number; wanted: string }>;

type Edit = Readonly<{ kind: FleetKind; name: string; mark: string; issuedAt: number }>;
type Sight = Readonly<{ mark: string | undefined; at: number }>;
type Stage = Readonly<{ stage: unknown; at: number }>;

const RESOURCES = { ConfigMap: 'configmaps', Deployment: 'apps/v1/deployments' } as const;

/** How long the last edits may take to be undone. */
const TAIL_MS = 3_000;

/** Writes as another manager and watches what happens to what was written. */
export class Editor {
  readonly #world: World;
  readonly #api: Api;
  readonly #sights = new Map<string, Sight[]>();
  #number = 0;

  private constructor(world: World, api: Api) {
    this.#world = world;
    this.#api = api;
  }

  static async start(world: World, api: Api): Promise<Editor> {
    const editor = new Editor(world, api);
    for (const kind of ['ConfigMap', 'Deployment'] as const) {
      const path = tenantPath(`${RESOURCES[kind]}/`).replace(/\/$/, '');
      await api.watch(path, (event) => editor.#saw(kind, event));
    }
    return editor;
  }

  /** Issues the edits, one every `pauseMs` however long the API server takes, and tells each one's story. */
  async play(plan: EditPlan): Promise<readonly EditStory[]> {
    const edits: Edit[] = [];
    const answers: Promise<string>[] = [];
    const began = performance.now();
    for (let index = 0; index < plan.count; index++) {
      await sleep(began + index * plan.pauseMs - performance.now());
      const kind = index % 2 === 0 ? 'ConfigMap' : 'Deployment';
      const name = nameOf(kind, Math.floor(index / 2) % plan.each);
      const edit = { kind, name, mark: this.#foreignMark(), issuedAt: Date.now() } as const;
      edits.push(edit);
      answers.push(this.#write(edit));
    }
    await Promise.all(answers);
    await sleep(TAIL_MS);
    const stages = this.#stages();
    return edits.map((edit, index) => {
      const next = edits.slice(index + 1).find((later) => later.name === edit.name);
      const until = next?.issuedAt ?? Number.POSITIVE_INFINITY;
      return this.#story(edit, plan.wanted, until, stages.get(keyOf(edit.kind, edit.name)) ?? []);
    });
  }

  #foreignMark(): string {
    this.#number += 1;
    return `registry.example.com/foreign:${this.#number}`;
  }

  #write({ kind, name, mark }: Edit): Promise<string> {
    const container = { name: 'web', image: mark };
    const patch =
      kind === 'ConfigMap'
        ? { data: { mark } }
        : { spec: { template: { spec: { containers: [container] } } } };
    const path = `${tenantPath(`${RESOURCES[kind]}/${name}`)}?fieldManager=kubectl-edit`;
    return this.#api.ask({ method: 'PATCH', path, patch });
  }

  #saw(kind: FleetKind, { object }: WatchEvent): void {
    const key = keyOf(kind, object.metadata?.name ?? '');
    const sights = this.#sights.get(key) ?? [];
    sights.push({ mark: markOf(object), at: Date.now() });
    this.#sights.set(key, sights);
  }

  /** The operator's debug log, by object. */
  #stages(): ReadonlyMap<string, readonly Stage[]> {
    const stages = new Map<string, Stage[]>();
    for (const line of this.#world.operator.log) {
      if (line.msg !== 'drift stage') continue;
      const key = String(line['object']);
      const known = stages.get(key) ?? [];
      known.push({ stage: line['stage'], at: Date.parse(String(line['time'])) });
      stages.set(key, known);
    }
    return stages;
  }

  #story(edit: Edit, wanted: string, until: number, stages: readonly Stage[]): EditStory {
    const { kind, name, mark, issuedAt } = edit;
    const mine = ({ at }: { at: number }): boolean => at >= issuedAt && at < until;
    const sights = (this.#sights.get(keyOf(kind, name)) ?? []).filter(mine);
    const foreign = sights.findIndex((sight) => sight.mark === mark);
    const after = (moment: { at: number } | undefined): number | undefined =>
      moment === undefined ? undefined : moment.at - issuedAt;
    const reached = (wish: string): number | undefined =>
      after(stages.filter(mine).find(({ stage }) => stage === wish));
    return {
      kind,
      seenMs: after(sights[foreign]),
      verdictMs: reached('candidate'),
      confirmedMs: reached('confirmed'),
      revertedMs: reached('reverted'),
      restoredMs:
        foreign < 0 ? undefined : after(sights.slice(foreign).find((one) => one.mark === wanted)),
    };
  }
}

/** The operator's name of an object in its log. */
function keyOf(kind: FleetKind, name: string): string {
  return `${kind === 'ConfigMap' ? '' : 'apps'}/${kind}/${TENANT.namespace}/${name}`;
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, delayMs)));
}
