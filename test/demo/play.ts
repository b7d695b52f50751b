import { FIRST_SCENES } from './scenes.ts';
import type { Scene } from './scenes.ts';
import { SECRET_SCENES } from './secret-scenes.ts';
import { TRUST_SCENES } from './trust-scenes.ts';

/** Every scene, in the order they are played: each stands on the one before. */
export const SCENES: readonly Scene[] = [...FIRST_SCENES, ...TRUST_SCENES, ...SECRET_SCENES];
