import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';

const FIX = 'Remove the file from the history, and replace every credential it holds.';

/** Files that hold credentials whatever is in them, by their names. */
export const FILE_RULES: readonly LeakRule[] = [
  rule({
    id: 'key-store-file',
    description: 'Key store (PKCS #12, JKS, BCFKS)',
    severity: 'high',
    fix: FIX,
    reference: 'https://www.rfc-editor.org/rfc/rfc7292',
    path: String.raw`(?i)\.(?:p12|pfx|pkcs12|jks|jceks|bks|bcfks)$`,
  }),
  rule({
    id: 'password-database-file',
    description: 'Database of a password manager (KeePass, pass, 1Password, macOS keychain)',
    severity: 'high',
    fix: FIX,
    reference: 'https://keepass.info/help/kb/kdbx.html',
    path: String.raw`(?i)\.(?:kdbx?|agilekeychain|opvault|keychain|keychain-db|psafe3)$`,
  }),
  rule({
    id: 'ssh-private-key-file',
    description: 'Private key of SSH, by its usual name',
    severity: 'high',
    fix: FIX,
    reference: 'https://man.openbsd.org/ssh-keygen',
    path: String.raw`(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk)$|\.ppk$`,
  }),
  rule({
    id: 'age-key-file',
    description: 'Key file of age',
    severity: 'high',
    fix: FIX,
    reference: 'https://getsops.io/docs/#encrypting-using-age',
    path: String.raw`\.agekey$|(?:^|/)\.config/sops/age/keys\.txt$`,
  }),
  rule({
    id: 'browser-password-file',
    description: 'Saved passwords of a browser',
    severity: 'high',
    fix: FIX,
    reference: 'https://support.mozilla.org/en-US/kb/profiles-where-firefox-stores-user-data',
    path: String.raw`(?:^|/)(?:key[34]\.db|logins\.json|signons\.sqlite)$`,
  }),
  rule({
    id: 'kubernetes-admin-file',
    description: 'Kubeconfig of an administrator, by its usual name',
    severity: 'medium',
    fix: FIX,
    reference:
      'https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/',
    path: String.raw`(?:^|/)(?:\.kube/config|kubeconfig|admin\.kubeconfig|kubeadm-admin\.conf)$`,
  }),
];
