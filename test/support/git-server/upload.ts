import { runTool } from '../gpg.ts';
import { HERMETIC_GIT_ENV } from '../repo-builder.ts';
import { errorBand, flipped, joinAnswer, packet, shallowBefore, splitAnswer } from './answer.ts';
import type { GitFault } from './fault.ts';

/** One request for a pack, as it came in. */
export type UploadRequest = Readonly<{ dir: string; body: Buffer; version: 1 | 2 }>;

/** Runs a git service to its end, as a smart HTTP server does for each request. */
export async function runService(
  service: 'upload-pack' | 'receive-pack',
  { dir, body, version }: UploadRequest,
  advertise = false,
): Promise<Buffer> {
  const args = ['--stateless-rpc', ...(advertise ? ['--http-backend-info-refs'] : []), dir];
  const protocol = version === 2 ? { GIT_PROTOCOL: 'version=2' } : {};
  const ran = await runTool(['git', service, ...args], {
    env: { ...HERMETIC_GIT_ENV, ...protocol, HOME: dir },
    input: body,
  });
  return ran.stdout;
}

/** The answer to a request for a pack, spoilt in the way the fault says. */
export async function uploadPack(
  request: UploadRequest,
  fault: GitFault | undefined,
): Promise<Buffer> {
  if (fault?.kind === 'vanish') return packet('ERR upload-pack: not our ref');
  if (fault?.kind === 'shallow') return shallowAnswer(request);
  const whole = await runService('upload-pack', request);
  const answer = splitAnswer(whole);
  const cut = (fraction: number): Buffer =>
    answer.pack.subarray(0, Math.floor(answer.pack.length * fraction));
  switch (fault?.kind) {
    case 'truncate':
      return joinAnswer({ ...answer, pack: cut(fault.fraction) });
    case 'flip':
      return joinAnswer({ ...answer, pack: flipped(answer.pack, fault.fraction) });
    case 'pack':
      return joinAnswer({ ...answer, pack: Buffer.from(fault.pack) });
    case 'sideband':
      return joinAnswer({ ...answer, pack: cut(0.5) }, errorBand(fault.text));
    default:
      return whole;
  }
}

async function shallowAnswer({ dir, body, version }: UploadRequest): Promise<Buffer> {
  const want = /want ([0-9a-f]{40})/.exec(body.toString('latin1'))?.[1] ?? '';
  const git = async (args: readonly string[], input = ''): Promise<Buffer> => {
    const ran = await runTool(['git', '-C', dir, ...args], { env: HERMETIC_GIT_ENV, input });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  };
  const listed = await git(['rev-list', '--objects', '--max-count=1', want]);
  const oids = listed.toString().replace(/ .*/g, '');
  const pack = await git(['pack-objects', '--stdout', '-q'], oids);
  return joinAnswer({ before: shallowBefore(want, version), pack });
}
