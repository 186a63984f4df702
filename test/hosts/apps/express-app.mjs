// What Express apps are made of, for either version.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import compression from 'compression';
import session from 'express-session';
import helmet from 'helmet';
import morgan from 'morgan';
import multer from 'multer';

const site = fileURLToPath(new URL('../site/', import.meta.url));

export function expressApp(express) {
  const app = express();
  const log = [];
  const seen = [];
  let sessions = 0;
  app.use(
    morgan(':method :url :status :res[content-length] :remote-addr HTTP/:http-version', {
      stream: { write: (line) => log.push(line.trimEnd()) },
    }),
  );
  app.use(helmet());
  app.get('/log', (_req, res) => res.json(log.splice(0)));
  app.use(
    session({
      secret: 'a secret',
      resave: false,
      saveUninitialized: false,
      genid: () => `session-${++sessions}`,
    }),
  );
  app.use(compression());
  app.get('/', (_req, res) => void res.send('Hello from Express'));
  app.get('/request', (req, res) => {
    const { method, originalUrl, ip, protocol, secure, hostname, fresh, xhr, query } = req;
    const { remoteFamily, encrypted = false } = req.socket;
    res.json({
      method,
      originalUrl,
      ip,
      protocol,
      secure,
      hostname,
      fresh,
      xhr,
      query,
      remoteFamily,
      encrypted,
      accepts: req.accepts(['json', 'html']),
    });
  });
  app.post('/json', express.json({ limit: '2kb' }), (req, res) => void res.json(req.body));
  app.post('/form', express.urlencoded({ extended: true }), (req, res) => void res.json(req.body));
  app.post('/text', express.text({ limit: '2mb' }), (req, res) => void res.send(req.body));
  app.post('/raw', express.raw({ limit: '2mb' }), (req, res) => void res.send(req.body));
  app.post('/upload', multer().any(), (req, res) => {
    const files = req.files.map(({ fieldname, originalname, mimetype, size }) => ({
      fieldname,
      originalname,
      mimetype,
      size,
    }));
    res.json({ fields: req.body, files });
  });
  app.post('/unread', (_req, res) => void res.status(401).send('no'));
  app.get('/visits', (req, res) => {
    req.session.visits = (req.session.visits ?? 0) + 1;
    res.send(`visit ${req.session.visits}`);
  });
  app.get(
    '/long',
    (_req, res) => void res.type('text').send('a text that packs well. '.repeat(2000)),
  );
  app.get('/events', (req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    let id = 0;
    const timer = setInterval(() => {
      res.write(`id: ${id++}\ndata: x\n\n`);
      res.flush();
    }, 5);
    req.on('close', () => {
      clearInterval(timer);
      seen.push('events: close');
    });
  });
  app.get('/seen', (_req, res) => res.json(seen.splice(0)));
  app.post('/aborted', (req, _res) => {
    req.resume();
    req.on('aborted', () => seen.push(`aborted ${req.complete}`));
    req.on('close', () => seen.push(`close ${req.destroyed}`));
  });
  app.get('/file', (_req, res) => res.sendFile('text.txt', { root: site }));
  app.get('/missing', (_req, res) => res.sendFile('none.txt', { root: site }));
  app.get('/download', (_req, res) => res.download(`${site}text.txt`, 'höhe.txt'));
  app.get('/piped', (_req, res) => void createReadStream(`${site}text.txt`).pipe(res.type('text')));
  app.get('/endless', (_req, res) => {
    const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65_536)) });
    res.on('close', () => {
      endless.destroy();
      seen.push(`endless: close, finished: ${res.writableFinished}`);
    });
    endless.pipe(res);
  });
  app.get('/redirect', (_req, res) => res.redirect('/elsewhere'));
  app.get('/nothing', (_req, res) => void res.status(204).end());
  app.get('/cookie', (_req, res) => void res.cookie('a', 'b').cookie('c', 'd').send('cookies'));
  app.get('/hints', (_req, res) => {
    res.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    res.send('hinted');
  });
  app.get('/format', (_req, res) => {
    res.format({ json: () => res.json({ a: 1 }), html: () => res.send('<p>a</p>') });
  });
  app.get('/trailers', (_req, res) => {
    res.set('Trailer', 'X-Sum');
    res.write('content');
    res.addTrailers({ 'X-Sum': '7' });
    res.end();
  });
  app.get('/throws', () => {
    throw Object.assign(new Error('thrown'), { status: 418 });
  });
  app.get('/fails', (_req, _res, next) => void setImmediate(() => next(new Error('failed'))));
  app.get('/fails-late', (_req, res, next) => {
    res.write('some');
    setImmediate(() => next(new Error('failed late')));
  });
  app.get('/unhandled', (_req, _res, next) => next(new Error('for the last handler')));
  app.use('/static', express.static(site, { maxAge: '1h' }));
  const router = express.Router();
  router.get('/:id', (req, res) =>
    res.json({ id: req.params.id, base: req.baseUrl, url: req.url }),
  );
  app.use('/users', router);
  app.use((error, req, res, next) => {
    if (req.url === '/unhandled' || res.headersSent) return next(error);
    res.status(error.status ?? 500).json({ error: error.message });
  });
  return app;
}
