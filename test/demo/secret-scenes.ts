import { sopsSecret } from '../support/sops.ts';
import { accepted, back, readyOf, refused } from './scenes.ts';
import type { Scene } from './scenes.ts';

/** What the scenes leak: it must be seen nowhere afterwards. */
export const LEAKED = ['correct', 'horse', 'battery'].join('-');
export const LEFT_PLAIN = 'shop-writer';

const PLAIN = `apiVersion: v1
kind: Secret
metadata:
  name: database
stringData:
  password: ${LEAKED}
`;

const SOPS_CONFIG = `creation_rules:
  - path_regex: ^secrets/.*\\.enc\\.yaml$
    encrypted_regex: ^(data|stringData)$
`;

/** The scenes of leaks; they follow those of trust. */
export const SECRET_SCENES: readonly Scene[] = [
  {
    name: 'signed commit that brings a Secret in plain text, refused',
    expected: 'SecretLeakFound',
    play: async (world, stage) => {
      await back(world, stage);
      await world.push({ 'secrets/database.yaml': PLAIN }, { message: 'db\n', force: true });
      return refused(world, 'SecretLeakFound', 'SecretsClean');
    },
  },
  {
    name: 'the next commit removes it, still refused: it is in history',
    expected: 'SecretLeakFound',
    play: async (world) => {
      await world.push({ 'secrets/database.yaml': 'moved: true\n' }, { message: 'oops\n' });
      return refused(world, 'SecretLeakFound', 'SecretsClean');
    },
  },
  {
    name: 'the same Secret encrypted with SOPS in a clean history, accepted',
    expected: 'CommitAccepted',
    play: async (world, stage) => {
      await back(world, stage);
      const files = {
        '.sops.yaml': SOPS_CONFIG,
        'secrets/database.enc.yaml': sopsSecret('database', { password: 'kept' }),
      };
      stage.anchor = await world.push(files, { message: 'encrypted\n', force: true });
      const repo = await accepted(world, stage.anchor);
      return { reason: 'CommitAccepted', said: readyOf(repo) };
    },
  },
  {
    name: 'half-encrypted SOPS file, refused',
    expected: 'SecretLeakFound',
    play: async (world) => {
      const half = sopsSecret('database', { password: 'kept' }, { user: LEFT_PLAIN });
      await world.push({ 'secrets/database.enc.yaml': half }, { message: 'half\n' });
      return refused(world, 'SecretLeakFound', 'SecretsClean');
    },
  },
];
