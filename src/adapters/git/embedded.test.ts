import { describeGitPort } from '../../../test/support/git-contract.ts';
import {
  describeGitAccess,
  describeGitFaults,
} from '../../../test/support/git-server/contract-faults.ts';
import { describeGitWays } from '../../../test/support/git-server/contract-ways.ts';
import type { MakeSource } from '../../../test/support/git-server/world.ts';
import { embeddedGit } from './embedded.ts';

const make: MakeSource = (dataDir, clock) =>
  embeddedGit({ dataDir, clock, allowHttp: true, allowPrivateAddresses: true });

describeGitPort('embedded Git', make);
describeGitPort('embedded Git, server without protocol version 2', make, { protocol: 1 });
describeGitFaults('embedded Git', make);
describeGitAccess('embedded Git', make);
describeGitWays('embedded Git', make);
