/** Alphabets and shapes of token bodies, in RE2 syntax. */
export const HEX = '[0-9a-f]';
export const ALNUM = '[0-9A-Za-z]';
/** Upper-case letters and digits. */
export const CAPS = '[0-9A-Z]';
/** Lower-case letters and digits. */
export const LOWER = '[0-9a-z]';
/** Base64 as in URLs. */
export const WORD = '[0-9A-Za-z_-]';
/** Base64 without its padding. */
export const BASE64 = '[0-9A-Za-z+/]';
export const UUID = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`;
