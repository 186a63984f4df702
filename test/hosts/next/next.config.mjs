import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

export default {
  turbopack: { root },
  outputFileTracingRoot: root,
  redirects: async () => [{ source: '/away', destination: '/users/1', permanent: false }],
};
