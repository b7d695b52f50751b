import { randomBytes } from 'node:crypto';

/** Who the tests may be: all rights · gitward's own account, no rights by default · an ordinary developer. */
export type User = 'admin' | 'operator' | 'alice';

export const USERS: readonly User[] = ['admin', 'operator', 'alice'];

type Account = User | 'controllers';

interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
}

const IDENTITIES: Readonly<Record<Account, Identity>> = {
  admin: { name: 'admin', groups: ['system:masters'] },
  operator: {
    name: 'system:serviceaccount:gitward-system:gitward',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:gitward-system'],
  },
  alice: { name: 'alice', groups: ['developers'] },
  // The controllers share one identity; per-controller accounts would cost seconds at every start.
  controllers: { name: 'system:kube-controller-manager', groups: ['system:masters'] },
};

/** Fresh bearer tokens for one control plane. */
export type Tokens = Readonly<Record<Account, string>>;

export function makeTokens(): Tokens {
  const token = (): string => randomBytes(16).toString('hex');
  return { admin: token(), operator: token(), alice: token(), controllers: token() };
}

/** The content of kube-apiserver's `--token-auth-file`: token, user, uid, quoted groups. */
export function toTokenFile(tokens: Tokens): string {
  return Object.entries(IDENTITIES)
    .map(([account, { name, groups }]) => {
      // Object.entries forgets that the keys of IDENTITIES are accounts.
      return `${tokens[account as Account]},${name},uid-${account},"${groups.join(',')}"\n`;
    })
    .join('');
}
