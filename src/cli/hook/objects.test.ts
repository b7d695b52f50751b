import { describe, expect, it } from 'vitest';
import { objectFolders } from './objects.ts';

const PLACES = { objectsDir: '/q/incoming', commonDir: '/srv/app.git' };
const OWN = '/srv/app.git/objects';

describe('objectFolders', () => {
  it.each([
    ['nothing borrowed, quarantine and store', undefined, ['/q/incoming', OWN]],
    ['the store itself, once', OWN, ['/q/incoming', OWN]],
    ['two folders', '/a:/b', ['/q/incoming', '/a', '/b', OWN]],
    ['a relative one, from where git stands', 'x/objects', ['/q/incoming', '/srv/x/objects', OWN]],
    ['one in quotes with a colon', '"/a:b":/c', ['/q/incoming', '/a:b', '/c', OWN]],
    ['quotes and backslashes inside', '"/a\\"b\\\\c"', ['/q/incoming', '/a"b\\c', OWN]],
    ['empty parts, none', '::/a:', ['/q/incoming', '/a', OWN]],
  ])('%s', (_, borrowed, folders) => {
    const env = borrowed === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: borrowed };
    expect(objectFolders(PLACES, { cwd: '/srv', env })).toEqual(folders);
  });
});
