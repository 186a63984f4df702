import connect from 'connect';

export function start(createServer) {
  const app = connect();
  app.use((_req, res, next) => {
    res.setHeader('X-First', '1');
    next();
  });
  app.use('/sub', (req, res) => res.end(`${req.method} ${req.url} of ${req.originalUrl}`));
  app.use('/echo', (req, res) => void req.pipe(res));
  app.use('/fails', () => {
    throw new Error('failed');
  });
  app.use('/asks', (_req, _res, next) => next(Object.assign(new Error('no'), { status: 403 })));
  return createServer === undefined
    ? app.listen(0, '127.0.0.1')
    : createServer(app).listen(0, '127.0.0.1');
}
