import { GIT_TARGETS } from './git-targets.ts';
import { SECRET_TARGETS } from './secret-targets.ts';
import { SIGNATURE_TARGETS } from './signature-targets.ts';
import type { Target } from './target.ts';
import { TEXT_TARGETS } from './text-targets.ts';

/** Every parser of hostile bytes, in the order they take their turn. */
export const TARGETS: readonly Target[] = [
  ...GIT_TARGETS,
  ...SIGNATURE_TARGETS,
  ...TEXT_TARGETS,
  ...SECRET_TARGETS,
];
