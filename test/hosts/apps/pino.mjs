import http from 'node:http';
import pinoHttp from 'pino-http';

export function start(createServer = http.createServer) {
  const lines = [];
  const logger = pinoHttp({}, { write: (line) => lines.push(line) });
  const server = createServer((req, res) => {
    if (req.url === '/log') {
      res.end(JSON.stringify(lines.splice(0)));
      return;
    }
    logger(req, res);
    req.log.info('in progress');
    if (req.url === '/fails') res.statusCode = 500;
    res.setHeader('X-Request', String(req.id));
    res.end('logged');
  });
  return server.listen(0, '127.0.0.1');
}
