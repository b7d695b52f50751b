import type { Clock } from '../../domain/clock.ts';
import { ConfigError } from '../../config.ts';
import type { Disk } from './disk.ts';
import { embeddedEngine } from './embedded-engine.ts';
import type { Engine, EngineName } from './engine.ts';
import { nativeEngine } from './native/engine.ts';
import { findGit } from './native/program.ts';
import type { GitProgram } from './native/program.ts';
import type { ScratchRoom } from './scratch.ts';

/** Which engine works, and why it is not the other one. */
export type EngineChoice =
  Readonly<{ name: 'native'; git: GitProgram }> | Readonly<{ name: 'embedded'; why: string }>;

/**
 * Largest pack where the operator sets none. The embedded engine holds the pack in memory; a pack of
 * the native one lies on the volume, twice while it is fetched anew.
 */
export const DEFAULT_PACK_MIB: Readonly<Record<EngineName, number>> = {
  embedded: 64,
  native: 1_000,
};

/**
 * Decides once, at the start: `auto` takes a usable git program where the path list has one. Throws
 * `ConfigError` when `native` is wanted and there is none.
 */
export function chooseEngine(wish: 'auto' | EngineName, searchPath?: string): EngineChoice {
  if (wish === 'embedded') return { name: 'embedded', why: 'it was asked for' };
  const looked = findGit(searchPath);
  if ('found' in looked) return { name: 'native', git: looked.found };
  if (wish === 'auto') return { name: 'embedded', why: looked.missing };
  throw new ConfigError(`--git native cannot be: ${looked.missing}`);
}

/** Builds the engine that was chosen. */
export function makeEngine(
  choice: EngineChoice,
  tools: Readonly<{ disk: Disk; clock: Clock; scratch: ScratchRoom }>,
): Engine {
  if (choice.name === 'embedded') return embeddedEngine(tools);
  return nativeEngine({ ...tools, git: choice.git });
}
