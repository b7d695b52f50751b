/** What a user id says of its holder. */
export type UserId = Readonly<{ name?: string; email?: string }>;

/** The name ends where a comment or the address begins. */
const USER_ID = /^(?<name>[^<(]*)(?:\([^)]*\)\s*)?(?:<(?<email>[^<>]*)>)?\s*$/;

/** Reads `Name (comment) <address>`, the custom of OpenPGP user ids, or an address alone. */
export function readUserId(text: string): UserId {
  const { name = '', email } = USER_ID.exec(text)?.groups ?? { name: text };
  const trimmed = name.trim();
  if (email === undefined && /^[^\s@]+@[^\s@]+$/.test(trimmed)) {
    return { name: trimmed, email: trimmed };
  }
  const named = trimmed === '' ? email : trimmed;
  return {
    ...(named === undefined || named === '' ? {} : { name: named }),
    ...(email === undefined || email === '' ? {} : { email }),
  };
}
