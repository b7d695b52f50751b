import { createRequire } from 'node:module';

/**
 * Loads a library when it is first used, at once: for those that take long to load and that most runs of
 * a command never need. The one way to load anything but by `import`; doors hold here as well.
 */
export const loadLibrary: (name: string) => unknown = createRequire(import.meta.url);
