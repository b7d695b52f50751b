import type { GitSource } from '../../reconcile/ports.ts';
import { gitSource } from './source.ts';
import type { GitSourceOptions } from './source.ts';

/** How the embedded Git is set up. */
export type EmbeddedGitOptions = Omit<GitSourceOptions, 'engine'>;

/** Git without a git program, whatever is installed. */
export function embeddedGit(options: EmbeddedGitOptions): GitSource {
  return gitSource({ ...options, engine: { name: 'embedded', why: 'it was asked for' } });
}
