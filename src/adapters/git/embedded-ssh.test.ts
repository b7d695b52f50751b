import { describeGitPort } from '../../../test/support/git-contract.ts';
import { describeGitSshFaults } from '../../../test/support/git-server/contract-ways.ts';
import type { MakeSource } from '../../../test/support/git-server/world.ts';
import { embeddedGit } from './embedded.ts';

const make: MakeSource = (dataDir, clock) =>
  embeddedGit({ dataDir, clock, allowHttp: false, allowPrivateAddresses: true });

// What is stored is the same whatever way it came.
describeGitPort('embedded Git over SSH', make, { ssh: {} }, ['refs', 'fetch']);
describeGitPort(
  'embedded Git over SSH, server without protocol version 2',
  make,
  { ssh: { protocol: 1, hostKeys: ['rsa', 'ecdsa'] } },
  ['fetch'],
);
describeGitSshFaults('embedded Git', make);
