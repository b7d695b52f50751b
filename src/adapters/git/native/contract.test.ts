import process from 'node:process';
import { describeGitPort } from '../../../../test/support/git-contract.ts';
import {
  describeGitAccess,
  describeGitFaults,
} from '../../../../test/support/git-server/contract-faults.ts';
import type { MakeSource } from '../../../../test/support/git-server/world.ts';
import { chooseEngine } from '../choose.ts';
import { gitSource } from '../source.ts';

const engine = chooseEngine('native', process.env['PATH']);
const make: MakeSource = (dataDir, clock) =>
  gitSource({ dataDir, clock, engine, allowHttp: true, allowPrivateAddresses: true });

describeGitPort('native Git', make);
describeGitPort('native Git, server without protocol version 2', make, { protocol: 1 });
describeGitFaults('native Git', make);
describeGitAccess('native Git', make);
describeGitPort('native Git over SSH', make, { ssh: {} }, ['fetch']);
