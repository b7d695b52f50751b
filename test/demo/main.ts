import { World } from '../support/world/world.ts';
import type { PlaneKind } from '../support/world/plane.ts';
import { SCENES } from './play.ts';
import type { Outcome, Scene, Stage } from './scenes.ts';

type Row = Readonly<{ scene: string; said: string; seconds: string; passed: boolean }>;

const kind: PlaneKind = process.env['CONTROL_PLANE'] === 'real' ? 'real' : 'sandbox';
const keep = (process.env['KEEP'] ?? '') !== '';

async function play(world: World, stage: Stage, scene: Scene): Promise<Row> {
  const began = performance.now();
  const outcome = await scene.play(world, stage).catch((error: unknown): Outcome => {
    const text = error instanceof Error ? error.message : String(error);
    return { reason: 'FAILED', said: text };
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(2);
  const passed = outcome.reason === scene.expected;
  console.log(`${passed ? '  ok ' : 'FAIL '} ${scene.name}`);
  console.log(`        ${outcome.reason}: ${outcome.said}`);
  return { scene: scene.name, said: outcome.reason, seconds, passed };
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map((row) => row.scene.length));
  const head = `${'scene'.padEnd(width)}  ${'gitward said'.padEnd(18)}  seconds`;
  const lines = rows.map(
    (row) => `${row.scene.padEnd(width)}  ${row.said.padEnd(18)}  ${row.seconds.padStart(7)}`,
  );
  return [head, '-'.repeat(head.length), ...lines].join('\n');
}

function tryLines(world: World): string {
  const kubectl = `kubectl --kubeconfig ${world.plane.kubeconfig('admin')} -n payments`;
  return [
    `${kubectl} get grepo`,
    `${kubectl} describe grepo shop`,
    `${kubectl} set image deployment/web web=registry.example.com/evil:1`,
    `${kubectl} get deployment web -o wide`,
  ].join('\n');
}

async function main(): Promise<number> {
  const began = performance.now();
  console.log(`gitward demo on ${kind === 'real' ? 'a real control plane' : 'the sandbox'}\n`);
  const world = await World.start(kind);
  try {
    await world.startOperator();
    const stage: Stage = {};
    const rows: Row[] = [];
    for (const scene of SCENES) rows.push(await play(world, stage, scene));
    console.log(`\n${table(rows)}\n`);
    console.log(await world.kubectl.ok('-n', 'payments', 'get', 'grepo'));
    const total = ((performance.now() - began) / 1000).toFixed(1);
    const failed = rows.filter((row) => !row.passed).length;
    console.log(`${rows.length - failed} of ${rows.length} scenes ended as they must, ${total} s`);
    if (failed > 0) console.log(`\nthe operator's last words:\n${world.operator.tail(40)}`);
    if (keep) {
      console.log(`\nleft running; try:\n${tryLines(world)}\n\nEnd it with Ctrl-C.`);
      await new Promise((resolve) => process.once('SIGINT', resolve));
    }
    return failed === 0 ? 0 : 1;
  } finally {
    await world.close();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
