// One generation of a server: `node server.mjs <name> <port>`. It is loaded before it listens, takes
// the port as soon as its predecessor lets go of it, and drains when it is told SIGTERM.

const [name, portText] = process.argv.slice(2);
const graceMs = 5000;
const retryMs = 2;
/** What a handler waits for. */
const workMs = 5;

const kinds = {
  async sluice() {
    const { createServer, reply } = await import('../servers/built-sluice.mjs');
    const server = createServer({
      fetch: async () => {
        await later(workMs);
        return reply('It is done.\n');
      },
    });
    return {
      listen: async (port) => (await server.listen({ port })).port,
      close: () => server.close({ graceMs }),
    };
  },

  /** As its documentation shows it. */
  async 'node-http'() {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => {
      setTimeout(() => response.end('It is done.\n'), workMs);
    });
    return {
      listen: (port) =>
        new Promise((resolve, reject) => {
          server.once('error', reject);
          server.listen(port, '127.0.0.1', () => {
            server.off('error', reject);
            resolve(server.address().port);
          });
        }),
      close: () =>
        new Promise((resolve) => {
          server.close(resolve);
          // Else busy keep-alive connections keep it up for ever.
          setTimeout(() => server.closeAllConnections(), graceMs).unref();
        }),
    };
  },
};

const server = await kinds[name]();
process.on('disconnect', () => process.exit());
process.once('SIGTERM', async () => {
  const before = performance.now();
  const report = await server.close();
  process.send({ closed: { report: report ?? null, ms: performance.now() - before } }, () =>
    process.exit(),
  );
});
process.once('message', async () => process.send({ listening: await listening() }));
process.send({ ready: true });

async function listening() {
  for (;;) {
    try {
      return await server.listen(Number(portText));
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
      await later(retryMs);
    }
  }
}

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
