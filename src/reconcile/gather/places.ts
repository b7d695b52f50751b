/** Where a leak lies that is in no file: the message of a commit or tag, with the people it names. */
export const MESSAGE_PATH = '(message)';

/** The name of a file, or of a directory above it. */
export const FILE_NAME_PATH = '(file name)';
