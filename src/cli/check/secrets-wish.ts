import type { SecretsSpec } from '../../api/guardedrepo.ts';
import { DEFAULT_SECRETS } from '../leaks/defaults.ts';
import type { CheckOptions } from './options.ts';
import type { CheckPolicy } from './policy.ts';

const MODES = { block: 'Block', report: 'Report', off: 'Off' } as const;

/** How secrets are looked for: as the policy says where one is given, but a flag has the last word. */
export function secretsOf(
  { secrets }: Pick<CheckOptions, 'secrets'>,
  policy: Pick<CheckPolicy, 'verify' | 'isGiven'> | undefined,
): SecretsSpec {
  const spec = policy?.isGiven === true ? policy.verify.secrets : DEFAULT_SECRETS;
  return secrets === undefined ? spec : { ...spec, mode: MODES[secrets] };
}
