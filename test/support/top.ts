// Where the repository lies.

import { fileURLToPath } from 'node:url';

/** The folder of package.json, with a slash at its end. */
export const top: string = fileURLToPath(new URL('../../', import.meta.url));
