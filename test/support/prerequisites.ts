import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something outside the repository that a suite leans on. */
export interface Prerequisite {
  readonly what: string;
  /** Why it cannot be used here; undefined when it can. */
  readonly missing: string | undefined;
  /** Whether its absence is a fact of the server's release and so no failure in CI. */
  readonly ofRelease: boolean;
}

/** A part that set-up can install: without it a suite is skipped, and in CI fails. */
export function prerequisite(what: string, find: () => string | undefined): Prerequisite {
  return { what, missing: find(), ofRelease: false };
}

/** A feature that older servers do not have: without it a suite is left out, printed as such. */
export function serverFeature(what: string, find: () => string | undefined): Prerequisite {
  return { what, missing: find(), ofRelease: true };
}

/** A program on PATH. */
export function tool(name: string): Prerequisite {
  return prerequisite(name, () => toolMissing(name));
}

/** Why a program cannot be called by its name; undefined when it can. */
export function toolMissing(name: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  const found = directories.some((directory) => isProgram(join(directory, name)));
  return found ? undefined : `${name} is not on PATH; run scripts/setup`;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What happens to a suite: decided from its needs and from whether this is CI. */
export type SuitePlan =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly line: string }
  | { readonly kind: 'fail'; readonly line: string };

/** Pure half of {@link requireOrSkip}. */
export function planSuite(suite: string, needs: readonly Prerequisite[], ci: boolean): SuitePlan {
  const absent = needs.filter((need) => need.missing !== undefined);
  if (absent.length === 0) return { kind: 'run' };
  const reasons = absent.map((need) => `${need.what}: ${need.missing ?? ''}`).join('; ');
  const line = `SKIPPED: ${suite}: ${reasons}`;
  const excused = absent.every((need) => need.ofRelease);
  return ci && !excused ? { kind: 'fail', line } : { kind: 'skip', line };
}

/**
 * Whether a suite can run, for `describe.runIf`. When a part is missing it prints
 * `SKIPPED: <suite>: <reasons>` and answers false; with `CI=true` it throws, and the file fails, unless
 * all that is missing is a feature of newer servers.
 */
export function requireOrSkip(suite: string, needs: readonly Prerequisite[]): boolean {
  const plan = planSuite(suite, needs, process.env['CI'] === 'true');
  if (plan.kind === 'fail') throw new Error(plan.line);
  if (plan.kind === 'skip') console.warn(plan.line);
  return plan.kind === 'run';
}
