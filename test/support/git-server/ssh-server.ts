import type { GitServer } from '../git-server.ts';
import type { Sshd } from '../sshd.ts';

/** As many bytes always come; greeting and refs are fewer. */
const FIRST_BYTES = 20_000;

/** Passes on so many bytes as they come. */
const HEAD = 'stdbuf -o0 head -c';

/** Less than a whole pack of a test repository has. */
const BULK_BYTES = 250_000;

/** An SSH server in the clothes of the HTTP one: a session is its first request, and lists refs too. */
export function sshServer(sshd: Sshd, root: string): GitServer {
  return {
    url: `${sshd.url}${root}`,
    get traffic() {
      const { sessions, packs, bytesSent, connections } = sshd.traffic;
      const none = { lsRefs: 0, receivePack: 0, authorizations: [] };
      return { ...none, infoRefs: sessions, uploadPack: packs, bytesSent, connections };
    },
    setFault: (fault) => {
      if (fault === undefined) return sshd.setScript(undefined);
      const serve = 'sh -c "$SSH_ORIGINAL_COMMAND"';
      if (fault.kind === 'hang') {
        return sshd.setScript(`${serve} | { ${HEAD} ${FIRST_BYTES}; sleep 20; }`);
      }
      if (fault.kind !== 'truncate') throw new Error(`no such fault over SSH: ${fault.kind}`);
      const bytes = FIRST_BYTES + Math.floor(fault.fraction * BULK_BYTES);
      return sshd.setScript(`${serve} | ${HEAD} ${bytes}`);
    },
    forget: () => sshd.forget(),
    close: () => sshd.close(),
  };
}
