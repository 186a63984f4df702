// nginx with one worker, started and stopped by a process that speaks as the other servers do.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helloText } from '../content.mjs';
import { begin } from './begin.mjs';

begin(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-nginx-'));
  const port = await freePort();
  const path = join(folder, 'nginx.conf');
  writeFileSync(path, configuration(folder, port));
  const nginx = spawn('nginx', ['-c', path, '-p', folder, '-e', 'stderr'], { stdio: 'inherit' });
  process.on('SIGTERM', () => process.exit());
  nginx.on('exit', (code) => process.exit(code ?? 1));
  process.on('exit', () => {
    nginx.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });
  await accepting(port);
  return port;
});

function configuration(folder, port) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${join(folder, name)};`)
    .join('\n');
  return `daemon off;
worker_processes 1;
pid ${join(folder, 'pid')};
error_log stderr crit;
events { worker_connections 12000; }
http {
  access_log off;
  keepalive_timeout 75s;
  keepalive_requests 100000000;
${temporary}
  server {
    listen 127.0.0.1:${port};
    default_type text/plain;
    location / { return 200 '${helloText}'; }
  }
}
`;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function accepting(port) {
  for (let i = 0; i < 100; i++) {
    const isThere = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('nginx does not accept connections');
}
