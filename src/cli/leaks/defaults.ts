import type { SecretsSpec } from '../../api/guardedrepo.ts';

/** How the command line looks for secrets unless somebody says otherwise: as the CRD would have it. */
export const DEFAULT_SECRETS: SecretsSpec = {
  mode: 'Block',
  inlineAllow: 'Ignore',
  configPath: '.gitleaks.toml',
};
