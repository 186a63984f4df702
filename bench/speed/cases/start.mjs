export default {
  name: 'start',
  kind: 'start',
  what: 'start to first response, from the packed package',
  starts: { full: 6, quick: 3 },
  peers: ['node-http'],
  targets: { 'node-http': { most: 1.25 } },
};
