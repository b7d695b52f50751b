import type { Clock } from '../../../domain/clock.ts';
import type { Engine } from '../engine.ts';
import type { ScratchRoom } from '../scratch.ts';
import { makeFrame } from './frame.ts';
import { IndexPackIntake } from './index-pack.ts';
import { PackSums } from './pack-sums.ts';
import type { GitProgram } from './program.ts';
import { CatFileReader } from './reader.ts';

/** What the native engine is made of. */
export type NativeOptions = Readonly<{ git: GitProgram; scratch: ScratchRoom; clock: Clock }>;

/** Packs and objects by the git program, which never gets to see the network or a credential. */
export function nativeEngine({ git, scratch, clock }: NativeOptions): Engine {
  const sums = new PackSums();
  return {
    name: 'native',
    take: async (packDir, limits) => {
      const frame = await makeFrame(scratch);
      return new IndexPackIntake(packDir, limits, { git, frame, sums });
    },
    reader: (gitdir) => new CatFileReader(gitdir, { git, scratch, sums, clock }),
  };
}
