import type { LeakRule } from '../../rule.ts';
import { ADDRESS_RULES } from './addresses.ts';
import { COMMAND_RULES } from './commands.ts';
import { FILE_RULES } from './files.ts';
import { FORMAT_RULES } from './formats.ts';
import { FRAMEWORK_RULES } from './frameworks.ts';
import { HASH_RULES } from './hashes.ts';
import { KEY_RULES } from './keys.ts';
import { PASSWORD_RULES } from './passwords.ts';
import { PRIVATE_KEY_RULES } from './private-keys.ts';
import { TOKEN_RULES } from './tokens.ts';

/** Secrets by what stands beside them: passwords, credentials in URLs, keys in blocks. */
export const GENERIC_RULES: readonly LeakRule[] = [
  ...PRIVATE_KEY_RULES,
  ...FILE_RULES,
  ...FORMAT_RULES,
  ...FRAMEWORK_RULES,
  ...HASH_RULES,
  ...ADDRESS_RULES,
  ...COMMAND_RULES,
  ...PASSWORD_RULES,
  ...TOKEN_RULES,
  ...KEY_RULES,
];
