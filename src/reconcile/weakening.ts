import type { GuardedRepo, SecretsSpec } from '../api/guardedrepo.ts';
import type { EventNote } from './ports.ts';

/** From the strictest on. */
const SECRET_MODES: readonly SecretsSpec['mode'][] = ['Block', 'Report', 'Off'];

/**
 * What a changed spec takes away: suspending, lowering the mode, giving up on reverting or on blocking
 * secrets, and letting comments silence them; each is told once.
 */
export function weakening(
  before: GuardedRepo['spec'],
  { metadata, spec }: GuardedRepo,
): readonly EventNote[] {
  const who = `GuardedRepo ${metadata.namespace}/${metadata.name}`;
  const lowered = spec.targets.filter(({ name, drift }) => {
    const old = before.targets.find((target) => target.name === name);
    return old?.drift.onDrift === 'Revert' && drift.onDrift === 'Report';
  });
  const told = [
    ...(spec.suspend && !before.suspend ? [`${who} was suspended.`] : []),
    ...(before.mode === 'Enforce' && spec.mode === 'Audit'
      ? [`${who} was lowered from Enforce to Audit.`]
      : []),
    ...lowered.map(({ name }) => `${who}: target ${name} was lowered from Revert to Report.`),
    ...secretsLowered(before.verify.secrets, spec.verify.secrets).map((what) => `${who}: ${what}`),
  ];
  return told.map((message) => ({ type: 'Warning', reason: 'GuardWeakened', message }));
}

function secretsLowered(before: SecretsSpec, now: SecretsSpec): readonly string[] {
  const isLower = SECRET_MODES.indexOf(now.mode) > SECRET_MODES.indexOf(before.mode);
  const isSilenced = before.inlineAllow === 'Ignore' && now.inlineAllow === 'Honour';
  return [
    ...(isLower ? [`verify.secrets was lowered from ${before.mode} to ${now.mode}.`] : []),
    ...(isSilenced ? ['comments gitleaks:allow silence secrets from now on.'] : []),
  ];
}
