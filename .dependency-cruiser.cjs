// Which folder of src may import what. A row is a layer: the folder, what it may import besides
// itself, and whether it may import Node's own modules. The rows form no cycle, so the folders
// can't either; `no-cycle` looks inside the folders.

// What is public, and what adapters alone are shown of a server that runs.
const publicApi = '^src/(index|server|watching)\\.ts$';
// What the public API is put together from.
const root = '^src/(index|server|server-options|server-stats|closing|watching)\\.ts$';

// Everybody has options, and one checker says the same words of all.
const options = '^src/options/';

const rows = [
  { layer: 'options', from: options, to: [], node: false },
  { layer: 'fsm', from: '^src/fsm/', to: [options], node: false },
  { layer: 'limiter', from: '^src/limiter/', to: [options], node: false },
  { layer: 'http', from: '^src/http/', to: [options, '^src/fsm/'], node: false },
  {
    layer: 'conn',
    from: '^src/conn/',
    // Of observe, the interface alone: what stands behind it is the user's choice.
    to: [options, '^src/fsm/', '^src/limiter/', '^src/http/', '^src/observe/observer\\.ts$'],
    node: false,
  },
  { layer: 'io', from: '^src/io/', to: [options, '^src/conn/', '^src/fsm/'], node: true },
  { layer: 'globals', from: '^src/globals/', to: ['^src/http/'], node: false },
  { layer: 'observe', from: '^src/observe/', to: [options], node: false },
  { layer: 'testing', from: '^src/testing/', to: [options, '^src/conn/', publicApi], node: false },
  {
    layer: 'root',
    from: root,
    to: ['^src/(options|fsm|limiter|http|conn|io|observe)/'],
    node: false,
  },
  // node: the ports of conn for those who answer in bytes of their own.
  {
    layer: 'adapters/node',
    from: '^src/adapters/node/',
    to: [options, publicApi, '^src/server-options.ts$', '^src/(conn|fsm|http)/'],
    node: true,
  },
  // What the user's own instruments need, if he has any: optional peer dependencies.
  {
    layer: 'adapters/opentelemetry',
    from: '^src/adapters/opentelemetry/',
    to: [
      options,
      publicApi,
      '^src/adapters/[^/]+\\.ts$',
      '^src/adapters/telemetry/',
      '^(node_modules/)?@opentelemetry/api(/|$)',
    ],
    node: true,
  },
  {
    layer: 'adapters/prometheus',
    from: '^src/adapters/prometheus/',
    to: [options, publicApi, '^src/adapters/telemetry/', '^(node_modules/)?prom-client(/|$)'],
    node: true,
  },
  // It draws the tables of the machine, and has a word for each reason of the limiter.
  {
    layer: 'adapters/status',
    from: '^src/adapters/status/',
    to: [
      options,
      publicApi,
      '^src/(fsm|limiter)/',
      '^src/adapters/[^/]+\\.ts$',
      '^src/adapters/access-log/printable\\.ts$',
    ],
    node: true,
  },
  {
    layer: 'adapters',
    from: '^src/adapters/(?!(node|opentelemetry|prometheus|status)/)',
    // Fields that the server does not read have their blanks like those that it reads.
    to: [options, publicApi, '^src/http/blanks\\.ts$'],
    node: true,
  },
  { layer: 'cli', from: '^src/cli/', to: [options, publicApi, '^src/adapters/'], node: true },
];

// The rooms of the two large layers. A room imports only rooms that stand before it here; the files beside the rooms
// join them, and hold the ports.
const rooms = {
  conn: [
    'machine',
    'fault',
    'handler',
    'bytes',
    'memory',
    'clock',
    'watch',
    'arrive',
    'tunnel',
    'read',
    'respond',
    'server',
  ],
  io: ['transport', 'tls', 'listen'],
};

const directions = Object.entries(rooms).flatMap(([layer, names]) =>
  names.slice(0, -1).map((name, at) => ({
    name: `room-${layer}-${name}`,
    severity: 'error',
    comment: `src/${layer}/${name} may not import a room that stands after it.`,
    from: { path: `^src/${layer}/${name}/` },
    to: { path: `^src/${layer}/(${names.slice(at + 1).join('|')})/` },
  })),
);

// Whatever a row doesn't name is refused: another folder, an npm package, a Node module, a path
// that resolves to nothing.
const layers = rows.map(({ layer, from, to, node }) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: `src/${layer} may import only what its row names.`,
  from: { path: from },
  to: {
    pathNot: [from, ...to],
    ...(node ? { dependencyTypesNot: ['core'] } : {}),
  },
}));

module.exports = {
  forbidden: [
    ...layers,
    ...directions,
    {
      name: 'no-stray-room',
      severity: 'error',
      comment: 'Every folder of src/conn and src/io is a room.',
      from: {
        path: '^src/(conn|io)/[^/]+/',
        pathNot: Object.entries(rooms).map(
          ([layer, names]) => `^src/${layer}/(${names.join('|')})/`,
        ),
      },
      to: {},
    },
    {
      name: 'no-stray-file',
      severity: 'error',
      comment: 'Every file of src stands in a layer.',
      from: { path: '^src/', pathNot: rows.map((row) => row.from) },
      to: {},
    },
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'No file leads back to itself, by what it loads or by a type that it names.',
      from: { path: '^src/' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'default'] },
  },
};
