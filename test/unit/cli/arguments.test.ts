import { describe, expect, test } from 'vitest';
import { readArguments } from '../../../src/cli/arguments.js';
import { FLAGS, VALUE_FLAGS } from '../../../src/cli/flags.js';
import { HELP } from '../../../src/cli/help.js';

const DEFAULTS = {
  target: '.',
  port: 7878,
  host: '127.0.0.1',
  concurrency: undefined,
  queueWaitMs: undefined,
  drainTimeoutMs: 9000,
  readinessDelayMs: 0,
  workers: undefined,
  trust: undefined,
  proxyProtocol: false,
  systemd: false,
  tls: undefined,
  log: 'text',
  status: undefined,
  quiet: false,
};

const read = (line: string, env = {}) => readArguments(line === '' ? [] : line.split(' '), env);
const serving = (options: object) => ({ kind: 'serve', options: { ...DEFAULTS, ...options } });

describe('readArguments', () => {
  test('serves the current directory when nothing is said', () => {
    expect(read('')).toEqual(serving({}));
  });

  test.each([
    ['site', { target: 'site' }],
    ['--log json', { log: 'json' }],
    ['./app.js -q', { target: './app.js', quiet: true }],
    ['--status 9 --workers 2', { status: { host: '127.0.0.1', port: 9 }, workers: 2 }],
    ['--status 9000', { status: { host: '127.0.0.1', port: 9000 } }],
    ['--status 0.0.0.0:0', { status: { host: '0.0.0.0', port: 0 } }],
    ['--status=ops.example:9000', { status: { host: 'ops.example', port: 9000 } }],
    ['--status [::1]:9000', { status: { host: '::1', port: 9000 } }],
    ['-- -dash', { target: '-dash' }],
    ['-p 0', { port: 0 }],
    ['-p65535', { port: 65_535 }],
    ['--port=80 --port 81', { port: 81 }],
    ['-H ::1', { host: '::1' }],
    ['--host localhost', { host: 'localhost' }],
    ['-c 4', { concurrency: 4 }],
    ['--concurrency adaptive', { concurrency: 'adaptive' }],
    ['--queue-wait 1', { queueWaitMs: 1 }],
    ['--queue-wait 60000 --drain-timeout 1', { queueWaitMs: 60_000, drainTimeoutMs: 1 }],
    ['--readiness-delay 1500', { readinessDelayMs: 1500 }],
    ['--workers 4', { workers: 4 }],
    ['-w auto', { workers: 'auto' }],
    ['--trust loopback', { trust: ['loopback'] }],
    ['--trust=10.0.0.0/8,::1,unix', { trust: ['10.0.0.0/8', '::1', 'unix'] }],
    ['--proxy-protocol --trust private', { proxyProtocol: true, trust: ['private'] }],
    ['--tls-key k.pem --tls-cert=c.pem', { tls: { key: 'k.pem', cert: 'c.pem' } }],
    ['--systemd -w 2', { systemd: true, workers: 2 }],
    ['-qp 1 site', { quiet: true, port: 1, target: 'site' }],
  ])('reads %j', (line, options) => {
    expect(read(line)).toEqual(serving(options));
  });

  test('takes PORT and HOST from the environment, where no flag outweighs them', () => {
    const env = { PORT: '81', HOST: '::' };
    expect(read('', env)).toEqual(serving({ port: 81, host: '::' }));
    expect(read('-p 80 -H ::1', env)).toEqual(serving({ port: 80, host: '::1' }));
    expect(read('', { PORT: '', HOST: '' })).toEqual(serving({}));
  });

  test.each(['-h', '--help', '-v --help', '--bogus -h', '-p x --help'])(
    '%j asks for help',
    (line) => {
      expect(read(line)).toEqual({ kind: 'help' });
    },
  );

  test('-v and --version ask for the version', () => {
    expect(read('-v')).toEqual({ kind: 'version' });
    expect(read('--version')).toEqual({ kind: 'version' });
  });

  test.each([
    ['--bogus', 'unknown flag --bogus'],
    ['-x', 'unknown flag -x'],
    ['--no-quiet', 'unknown flag --no-quiet'],
    ['-v --bogus', 'unknown flag --bogus'],
    ['--quiet=yes', "--quiet takes no value, got 'yes'"],
    ['--prot 80', 'unknown flag --prot, did you mean --port?'],
    ['--hostname=::', 'unknown flag --hostname, did you mean --host?'],
    ['--queueWait 5', 'unknown flag --queueWait, did you mean --queue-wait?'],
    ['--toString', 'unknown flag --toString'],
    ['--__proto__', 'unknown flag --__proto__'],
    ['--quiet= ', "--quiet takes no value, got ''"],
    ['--port', '--port wants a port from 0 to 65535, got nothing'],
    ['--port=', '--port wants a port from 0 to 65535, got nothing'],
    [
      '--queue-wait',
      '--queue-wait wants a whole number of milliseconds from 1 to 2147483647, got nothing',
    ],
    ['-p x --prot 5', 'unknown flag --prot, did you mean --port?'],
    ['--log apache', "--log wants text, common, combined or json, got 'apache'"],
    ['--log-format text', 'unknown flag --log-format, did you mean --log?'],
    ['-H --quiet', "--host wants a host name or an IP address, got '--quiet'"],
    ['-p abc', "--port wants a port from 0 to 65535, got 'abc'"],
    ['-p 65536', "--port wants a port from 0 to 65535, got '65536'"],
    ['--port=-1', "--port wants a port from 0 to 65535, got '-1'"],
    ['-p 80.5', "--port wants a port from 0 to 65535, got '80.5'"],
    ['-p 0x50', "--port wants a port from 0 to 65535, got '0x50'"],
    ['-p --quiet', "--port wants a port from 0 to 65535, got '--quiet'"],
    ['-H http://a', "--host wants a host name or an IP address, got 'http://a'"],
    ['-c 0', "--concurrency wants a number from 1 to 1000000, or 'adaptive', got '0'"],
    ['-c 1000001', "--concurrency wants a number from 1 to 1000000, or 'adaptive', got '1000001'"],
    ['-c many', "--concurrency wants a number from 1 to 1000000, or 'adaptive', got 'many'"],
    ...['0', '1s'].map((wait): [string, string] => [
      `--queue-wait ${wait}`,
      `--queue-wait wants a whole number of milliseconds from 1 to 2147483647, got '${wait}'`,
    ]),
    [
      '--drain-timeout 2147483648',
      "--drain-timeout wants a whole number of milliseconds from 0 to 2147483647, got '2147483648'",
    ],
    ...['x', '65536', ':9000', '::1:9000', 'http://a:1', '[::1]'].map((place): [string, string] => [
      `--status=${place}`,
      `--status wants a port from 0 to 65535, or a host and a port: 10.0.0.7:9000, [::1]:9000, got '${place}'`,
    ]),
    ['a b', 'one directory or module can be served, got 2'],
  ])('refuses %j', (line, message) => {
    expect(read(line)).toEqual({ kind: 'usage', message });
  });

  test('refuses an empty target, which an unset variable makes', () => {
    expect(readArguments([''], {})).toEqual({
      kind: 'usage',
      message: 'sluice wants a directory or a module, got nothing',
    });
  });

  test('each row of the table is read, has a line of help and is meant by what is near it', () => {
    for (const [name, flag] of Object.entries(FLAGS)) {
      const start = flag.short === undefined ? `      --${name}` : `  -${flag.short}, --${name}`;
      expect(HELP.split('\n').filter((line) => line.startsWith(start))).toHaveLength(1);
      const near = `--${name.slice(0, 1)}${name.slice(2)}`;
      expect(read(near)).toEqual({
        kind: 'usage',
        message: `unknown flag ${near}, did you mean --${name}?`,
      });
      for (const other of flag.otherNames) {
        const message = `unknown flag --${other}, did you mean --${name}?`;
        expect(read(`--${other}=1`)).toEqual({ kind: 'usage', message });
      }
    }
  });

  test('the help text says the defaults', () => {
    for (const flag of Object.values(VALUE_FLAGS)) {
      const { otherwise, variable } = flag;
      if (otherwise === undefined) continue;
      const said = variable === undefined ? `(${otherwise})` : `(${otherwise}, or ${variable})`;
      expect(flag.help).toContain(said);
    }
  });

  test('says that a wrong value came from the environment', () => {
    expect(read('', { PORT: 'http' })).toEqual({
      kind: 'usage',
      message: "PORT in the environment wants a port from 0 to 65535, got 'http'",
    });
  });
});
