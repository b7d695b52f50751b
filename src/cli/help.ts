/** What `gitward help` prints. */
export const HELP = `gitward: prove who signed what, and that no secret is in it, without a cluster

  gitward check [PATH|URL] [flags]     judge every commit of a repository
      --range A..B                     only what B has and A has not; B alone: from the root
      --staged                         only what is staged, and only for secrets
      --secrets block|report|off       whether a secret is a finding; as the policy says, else block
      --config FILE, --ignore-file FILE, --baseline FILE
                                       rules and known leaks, in the place of the repository's own
      --signers FILE                   who may sign: SignerSet, OpenPGP keyring or allowed_signers
                                       (may be given again)
      --policy FILE                    a GuardedRepo, or its spec.verify
      --output table|json|sarif|github table unless told otherwise
      --verbose                        list the good commits too
      --at-commit-date                 judge expiry as of the date that each commit claims
      --repository ID, --ref REF       what approvals must name, where no policy says so
      --engine auto|native|embedded    how objects are read
      --max-commits N, --timeout SECONDS, --no-color
      --allow-http, --allow-private-addresses, --max-pack-mib N     (URL only)

  gitward scan [PATH] [flags]          look for leaked secrets in a whole history
      --range A..B                     only what B has and A has not
      --config FILE                    rules in gitleaks' TOML, on top of the own ones
      --dialect gitward|gitleaks       gitleaks: those rules alone, and what gitleaks would find
      --defaults FILE                  what useDefault stands for in the dialect of gitleaks
      --report table|json|sarif|gitleaks
      --baseline FILE, --ignore-file FILE   what is known already (may be given again)
      --inline-allow                   gitleaks:allow on a line silences it
      --salt-file FILE                 key of the fingerprints; .gitward/salt of the tip unless given
      --max-seconds N, --no-color
      Of the tip .gitward/salt and (in gitward's dialect) .sops.yaml apply; .gitleaks.toml and
      .gitleaksignore are not looked for: give them as flags

  gitward approve [flags] COMMIT       sign an approval into refs/notes/gitward-approvals
      --rule NAME                      the rule it is for; review unless given
      --ref REF                        the branch it is for; the upstream unless given
      --repository ID                  git.example.com/team/app; from remote origin unless given
      --expires 72h                    how long it counts
      --key KEY                        in place of user.signingkey

  gitward signers import FILE --name SET [--revoked FILE]
                                       write a SignerSet for an allowed_signers file or keyring

  gitward hook install [flags]         have git ask gitward at commits and pushes
      --hook NAME                      pre-commit, pre-push, pre-receive or update (may be given again)
      --gitward PATH                   what the hook calls; this gitward unless given
      --force                          keep a hook that is there, to run after gitward
  gitward hook uninstall [--hook NAME] take them away, and put back what was there
  gitward hook NAME ...                what the hooks call

  gitward salt [--write]               make the salt of a repository's fingerprints

  gitward help, gitward --version

Exit codes: 0 clean, 1 findings, 2 usage, 3 undecided.
Credentials for a URL: GITWARD_GIT_USERNAME and GITWARD_GIT_PASSWORD, or GITWARD_GIT_TOKEN; for ssh
GITWARD_GIT_IDENTITY_FILE and GITWARD_GIT_KNOWN_HOSTS_FILE.
`;
