/** What `gitward help` prints. */
export const HELP = `gitward: prove who signed what, without a cluster

  gitward check [PATH|URL] [flags]     judge every commit of a repository
      --range A..B                     only what B has and A has not; B alone: from the root
      --signers FILE                   who may sign: SignerSet, OpenPGP keyring or allowed_signers
                                       (may be given again)
      --policy FILE                    a GuardedRepo, or its spec.verify
      --output table|json|sarif        table unless told otherwise
      --verbose                        list the good commits too
      --at-commit-date                 judge expiry as of the date that each commit claims
      --repository ID, --ref REF       what approvals must name, where no policy says so
      --engine auto|native|embedded    how objects are read
      --max-commits N, --timeout SECONDS, --no-color
      --allow-http, --allow-private-addresses, --max-pack-mib N     (URL only)

  gitward approve [flags] COMMIT       sign an approval into refs/notes/gitward-approvals
      --rule NAME                      the rule it is for; review unless given
      --ref REF                        the branch it is for; the upstream unless given
      --repository ID                  git.example.com/team/app; from remote origin unless given
      --expires 72h                    how long it counts
      --key KEY                        in place of user.signingkey

  gitward signers import FILE --name SET [--revoked FILE]
                                       write a SignerSet for an allowed_signers file or keyring

  gitward help, gitward --version

Exit codes: 0 clean, 1 findings, 2 usage, 3 undecided.
Credentials for a URL: GITWARD_GIT_USERNAME and GITWARD_GIT_PASSWORD, or GITWARD_GIT_TOKEN; for ssh
GITWARD_GIT_IDENTITY_FILE and GITWARD_GIT_KNOWN_HOSTS_FILE.
`;
