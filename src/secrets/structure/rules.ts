import type { LeakRule, Severity } from '../rule.ts';
import { rule } from '../rules/define.ts';

const ROTATE = 'Change the secret where it is used';
const SEAL = 'keep it encrypted (SOPS, SealedSecret) or outside Git (ExternalSecret).';
const SECRETS = 'https://kubernetes.io/docs/concepts/configuration/secret/';

type Told = readonly [description: string, severity: Severity, fix: string, reference: string];

const TOLD = {
  'kubernetes-secret-value': [
    'Value of a Kubernetes Secret that is not encrypted',
    'high',
    `${ROTATE}, and ${SEAL}`,
    SECRETS,
  ],
  'sealed-secrets-key': [
    'Private key of the sealed-secrets controller, which opens every SealedSecret',
    'critical',
    'Renew the key of the controller, seal every secret again, and change each of them.',
    'https://github.com/bitnami-labs/sealed-secrets#secret-rotation',
  ],
  'sealed-secret-plaintext': [
    'Value of a SealedSecret that is not ciphertext',
    'high',
    `${ROTATE}, and let kubeseal write the value.`,
    'https://github.com/bitnami-labs/sealed-secrets#overview',
  ],
  'sops-unencrypted-leaf': [
    'Value in a SOPS file that its own rules say is encrypted, and that is not',
    'high',
    `${ROTATE}, and encrypt the whole file with sops again.`,
    'https://getsops.io/docs/#encrypting-only-parts-of-a-file',
  ],
  'sops-file-not-encrypted': [
    'File that .sops.yaml wants encrypted, and that is not',
    'high',
    'Encrypt the file with sops before it is committed, and change what it holds.',
    'https://getsops.io/docs/#using-sopsyaml-conf-to-select-kms-pgp-and-age-for-new-files',
  ],
  'kustomize-secret-literal': [
    'Literal of a secretGenerator',
    'high',
    `${ROTATE}, and ${SEAL}`,
    'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/secretgenerator/',
  ],
  'kubeconfig-credential': [
    'Credential of a kubeconfig',
    'critical',
    'Revoke the credential at the cluster; a client certificate cannot be revoked, so remove its rights.',
    'https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/',
  ],
  'env-secret-value': [
    'Environment variable whose name says that its value is a secret',
    'high',
    `${ROTATE}, and take it from a Secret with valueFrom.`,
    'https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/',
  ],
  'argument-secret-value': [
    'Argument of a command whose name says that its value is a secret',
    'medium',
    `${ROTATE}, and hand it over in a variable from a Secret or in a file.`,
    'https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/',
  ],
  'configmap-secret-value': [
    'Value of a ConfigMap whose key says that it is a secret',
    'high',
    `${ROTATE}, and move it to a Secret that is encrypted or outside Git.`,
    'https://kubernetes.io/docs/concepts/configuration/configmap/',
  ],
  'helm-secret-value': [
    'Value for a Helm chart whose key says that it is a secret',
    'medium',
    `${ROTATE}, and give the chart the name of an existing Secret.`,
    'https://helm.sh/docs/chart_best_practices/values/',
  ],
  'manifest-secret-value': [
    'Field of a manifest whose name says that it is a secret',
    'medium',
    `${ROTATE}, and refer to a Secret.`,
    SECRETS,
  ],
  'manifest-url-credentials': [
    'Password in a URL of a manifest',
    'high',
    `${ROTATE}, and give it by secretRef or from a Secret.`,
    'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
  ],
  'docker-config-credential': [
    'Credential for a registry in a Docker configuration',
    'high',
    'Revoke the credential at the registry, and use a credential helper or an encrypted Secret.',
    'https://docs.docker.com/reference/cli/docker/login/#credential-stores',
  ],
  'terraform-state-secret': [
    'Sensitive value in a Terraform state',
    'high',
    `${ROTATE}, and keep the state in a remote backend that encrypts it.`,
    'https://developer.hashicorp.com/terraform/language/state/sensitive-data',
  ],
} as const satisfies Record<string, Told>;

/** The rules that the structural detector tells. */
export type StructureRuleId = keyof typeof TOLD;

/** What the structural detector tells. They have neither regex nor path: their place makes them secrets. */
export const STRUCTURE_RULES: readonly LeakRule[] = Object.entries(TOLD).map(
  ([id, [description, severity, fix, reference]]) =>
    rule({ id, description, severity, fix, reference }),
);
