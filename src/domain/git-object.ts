import type { Oid } from './oid.ts';

/** The four object types of Git. */
export type GitObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** An object as stored: type and exact bytes, without the `type size\0` header. Not trusted until re-hashed. */
export type RawObject = Readonly<{ oid: Oid; type: GitObjectType; bytes: Uint8Array }>;
