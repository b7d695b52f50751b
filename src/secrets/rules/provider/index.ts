import type { LeakRule } from '../../rule.ts';
import { AI_ASSIGNED_RULES } from './ai-assigned.ts';
import { AI_RULES } from './ai.ts';
import { ANALYTICS_RULES } from './analytics.ts';
import { AZURE_RULES } from './azure.ts';
import { CHAT_RULES } from './chat.ts';
import { CI_RULES } from './ci.ts';
import { CLOUD_RULES } from './clouds.ts';
import { COMMERCE_RULES } from './commerce.ts';
import { CONTENT_RULES } from './content.ts';
import { DATABASE_RULES } from './databases.ts';
import { FINANCE_RULES } from './finance.ts';
import { FORGE_RULES } from './forges.ts';
import { GITHUB_GITLAB_RULES } from './github-gitlab.ts';
import { HOSTING_RULES } from './hosting.ts';
import { IDENTITY_RULES } from './identity.ts';
import { INFRASTRUCTURE_RULES } from './infrastructure.ts';
import { LOGGING_RULES } from './logging.ts';
import { MAIL_RULES } from './mail.ts';
import { MONITORING_RULES } from './monitoring.ts';
import { NETWORK_RULES } from './network.ts';
import { PAYMENT_RULES } from './payment.ts';
import { PROJECT_RULES } from './projects.ts';
import { QUALITY_RULES } from './quality.ts';
import { REGISTRY_RULES } from './registries.ts';
import { SOCIAL_RULES } from './social.ts';
import { SUPPORT_RULES } from './support.ts';
import { VAULT_RULES } from './vaults.ts';

/** Tokens whose format a provider publishes. */
export const PROVIDER_RULES: readonly LeakRule[] = [
  ...CLOUD_RULES,
  ...AZURE_RULES,
  ...HOSTING_RULES,
  ...GITHUB_GITLAB_RULES,
  ...FORGE_RULES,
  ...REGISTRY_RULES,
  ...CI_RULES,
  ...CHAT_RULES,
  ...PAYMENT_RULES,
  ...FINANCE_RULES,
  ...COMMERCE_RULES,
  ...DATABASE_RULES,
  ...AI_RULES,
  ...AI_ASSIGNED_RULES,
  ...MONITORING_RULES,
  ...LOGGING_RULES,
  ...MAIL_RULES,
  ...IDENTITY_RULES,
  ...NETWORK_RULES,
  ...ANALYTICS_RULES,
  ...PROJECT_RULES,
  ...VAULT_RULES,
  ...INFRASTRUCTURE_RULES,
  ...SOCIAL_RULES,
  ...SUPPORT_RULES,
  ...CONTENT_RULES,
  ...QUALITY_RULES,
];
