import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { APPROVAL_NAMESPACE } from '../../policy/approval.ts';

/** What a person has set up for signing with git; a key that is absent is not set. */
export type SigningConfig = Readonly<
  Partial<
    Record<
      | 'gpg.format'
      | 'gpg.program'
      | 'gpg.openpgp.program'
      | 'gpg.ssh.program'
      | 'gpg.x509.program'
      | 'user.signingkey',
      string
    >
  >
>;

/** The program that signs what it gets on stdin and writes an armored signature to stdout. */
export type SigningPlan = Readonly<{
  argv: readonly [string, ...string[]];
  /** A public key whose private half the agent has: written to the file that ends the arguments. */
  publicKey?: string;
}>;

/**
 * Plans a detached signature the way git signs a commit (gpg-interface): the same programs, the same
 * key; for SSH in the namespace of approvals. `identity` is what git takes where no key is set.
 */
export function planSigning(
  config: SigningConfig,
  key: string | undefined,
  identity: string,
): Result<SigningPlan, string> {
  const format = config['gpg.format'] ?? 'openpgp';
  const chosen = key ?? config['user.signingkey'];
  switch (format) {
    case 'openpgp': {
      const program = config['gpg.openpgp.program'] ?? config['gpg.program'] ?? 'gpg';
      return ok({ argv: [program, '--status-fd=2', '-bsau', chosen ?? identity] });
    }
    case 'x509': {
      const program = config['gpg.x509.program'] ?? 'gpgsm';
      return ok({ argv: [program, '--status-fd=2', '-bsau', chosen ?? identity] });
    }
    case 'ssh':
      return planSsh(config['gpg.ssh.program'] ?? 'ssh-keygen', chosen);
    default:
      return stopped('git config gpg.format names no format; set openpgp, ssh or x509');
  }
}

function planSsh(program: string, chosen: string | undefined): Result<SigningPlan, string> {
  if (chosen === undefined || chosen === '') {
    return stopped('git config user.signingkey names no key; set it, or give --key');
  }
  const argv = [program, '-Y', 'sign', '-n', APPROVAL_NAMESPACE] as const;
  const literal = /^(?:key::|(?=ssh-|ecdsa-|sk-))(?<line>\S+ \S.*)$/s.exec(chosen)?.groups?.[
    'line'
  ];
  if (literal === undefined) return ok({ argv: [...argv, '-f', chosen] });
  return ok({ argv: [...argv, '-U', '-f'], publicKey: `${literal.trim()}\n` });
}
